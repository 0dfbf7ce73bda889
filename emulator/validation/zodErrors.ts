import { z, type ZodError, type ZodIssue, type ZodRawShape, type ZodTypeAny } from 'zod';
import { fieldMissing, fieldNotExpected, invalidType, invalidValue, notSupportedChoice, type FieldError } from '../http/problems';

/** Zod's findings in the words of amoCRM's validator. facts: core 3.10 */

/** The message of the objects whose unknown keys live accounts refuse; elsewhere they are dropped. facts: extended 12 */
export const SEALED = 'sealed';
export const sealed = <T extends ZodRawShape>(shape: T) => z.object(shape).strict(SEALED);

const TYPE_NAMES: Record<string, string> = { integer: 'int', boolean: 'bool', number: 'float', object: 'array' };

export function zodErrors(error: ZodError, schema: ZodTypeAny, prefix = ''): FieldError[] {
	return plainIssues(error, schema).flatMap((issue) => issueErrors(issue, prefix));
}

/** Of several schemas that would do, the first one says what is wrong; what should be a whole number is told from other numbers. */
export function plainIssues({ issues }: ZodError, schema: ZodTypeAny): ZodIssue[] {
	return issues.flatMap((issue) => {
		const [first] = issue.code === 'invalid_union' ? issue.unionErrors : [];
		if (first) return plainIssues(first, schema);
		return issue.code === 'invalid_type' && isInteger(schema, issue.path) ? { ...issue, expected: 'integer' as const } : issue;
	});
}

/** Zod itself expects a 'number' there. */
const isInteger = (schema: ZodTypeAny, path: readonly (string | number)[]): boolean =>
	layersAt(schema, path).some((layer) => layer instanceof z.ZodNumber && layer.isInt);

/** Whether what stands at the path may be left out. */
export const isOptional = (schema: ZodTypeAny, path: readonly (string | number)[]): boolean =>
	layersAt(schema, path).some((layer) => layer instanceof z.ZodOptional);

/** The schemas of what stands at the path, from the outermost wrapping inwards. */
function layersAt(schema: ZodTypeAny | undefined, path: readonly (string | number)[]): ZodTypeAny[] {
	if (schema === undefined) return [];
	const [key, ...rest] = path;
	const here = key === undefined ? [schema] : [];
	if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [...here, ...layersAt(schema.unwrap(), path)];
	if (schema instanceof z.ZodEffects) return [...here, ...layersAt(schema.innerType(), path)];
	if (schema instanceof z.ZodUnion) return [...here, ...schema.options.flatMap((option: ZodTypeAny) => layersAt(option, path))];
	if (key === undefined) return here;
	if (schema instanceof z.ZodObject) return layersAt(schema.shape[key], rest);
	return schema instanceof z.ZodArray ? layersAt(schema.element, rest) : [];
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
