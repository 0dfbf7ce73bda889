import type { ZodError, ZodIssue } from 'zod';
import { fieldMissing, fieldNotExpected, invalidType, invalidValue, notSupportedChoice, type FieldError } from '../http/problems';

/** Zod's findings in the words of amoCRM's validator. facts: core 3.10 */

const TYPE_NAMES: Record<string, string> = { integer: 'int', boolean: 'bool', number: 'float', object: 'array' };

export function zodErrors(error: ZodError, prefix = ''): FieldError[] {
	return error.issues.flatMap((issue) => issueErrors(issue, prefix));
}

export const joinPath = (prefix: string, parts: readonly (string | number)[]): string =>
	[...(prefix ? [prefix] : []), ...parts].join('.');

function issueErrors(issue: ZodIssue, prefix: string): FieldError[] {
	const path = joinPath(prefix, issue.path);
	switch (issue.code) {
		case 'invalid_type':
			if (issue.received === 'undefined') return [fieldMissing(path)];
			return [invalidType(path, TYPE_NAMES[issue.expected] ?? issue.expected)];
		case 'unrecognized_keys':
			return issue.keys.map((key) => fieldNotExpected(joinPath(path, [key])));
		case 'invalid_enum_value':
		case 'invalid_literal':
			return [notSupportedChoice(path)];
		case 'invalid_union': {
			const [first] = issue.unionErrors;
			return first ? zodErrors(first, prefix) : [invalidValue(path)];
		}
		case 'too_big':
			if (issue.type === 'string') return [sized('TooLong', path, `too long. It should have ${issue.maximum} characters or less.`)];
			if (issue.type === 'array') return [{ code: 'TooMany', path, detail: `This collection should contain ${issue.maximum} elements or less.` }];
			return [sized('TooHigh', path, `too high. It should be ${issue.maximum} or less.`)];
		case 'too_small':
			if (issue.type === 'string') return [{ code: 'NotBlank', path, detail: 'This value should not be blank.' }];
			if (issue.type === 'array') return [{ code: 'TooFew', path, detail: `This collection should contain ${issue.minimum} element or more.` }];
			return [sized('TooLow', path, `too low. It should be ${issue.minimum} or more.`)];
		default:
			return [invalidValue(path, issue.message === 'Invalid input' ? undefined : issue.message)];
	}
}

const sized = (code: string, path: string, rest: string): FieldError => ({ code, path, detail: `This value is ${rest}` });
