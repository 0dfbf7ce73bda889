import type { ZodIssue, ZodType, ZodTypeDef } from 'zod';
import { invalidType, ValidationProblem, type FieldError, type ItemErrors } from '../http/problems';
import { isRecord } from '../http/query';
import type { Switches } from '../switches';
import { isOptional, plainIssues, SEALED, zodErrors } from './zodErrors';

/** Bodies, item by item: one bad field rejects the whole request. facts: core 3.8, 3.10, 3.11 */

export type Schema<T> = ZodType<T, ZodTypeDef, unknown>;

export interface Parsed<T> {
	data: T;
	requestId: string;
}

export type Check<T> = (data: T, index: number) => FieldError[];

const MAX_BATCH = 250;

export function parseBatch<T>(
	body: unknown,
	schema: Schema<T>,
	switches: Switches,
	check: Check<T> = () => [],
	max = MAX_BATCH,
): Parsed<T>[] {
	if (!Array.isArray(body)) throw new ValidationProblem([{ errors: [invalidType('', 'array')] }]);
	if (body.length === 0) {
		throw new ValidationProblem([{ errors: [{ code: 'NotBlank', path: '', detail: 'This value should not be blank.' }] }]);
	}
	if (body.length > max && switches.batchOverLimit === 'reject') {
		const detail = `This collection should contain ${max} elements or less.`;
		throw new ValidationProblem([{ errors: [{ code: 'TooMany', path: '', detail }] }]);
	}
	const bad: ItemErrors[] = [];
	const good: Parsed<T>[] = [];
	body.forEach((item: unknown, index) => {
		const requestId = requestIdOf(item, index);
		const { data, errors } = parseItem(item, schema, switches);
		const all = data === undefined ? errors : [...errors, ...check(data, index)];
		if (all.length > 0) bad.push({ request_id: requestId, errors: all });
		else if (data !== undefined) good.push({ data, requestId });
	});
	if (bad.length > 0) throw new ValidationProblem(bad);
	return good;
}

/** A single-object body; its error group has no request_id. */
export function parseObject<T>(body: unknown, schema: Schema<T>, switches: Switches, check: Check<T> = () => []): T {
	if (!isRecord(body) && !isEmptyList(body)) throw new ValidationProblem([{ errors: [invalidType('', 'object')] }]);
	const { data, errors } = parseItem(body, schema, switches);
	const all = data === undefined ? errors : [...errors, ...check(data, 0)];
	if (all.length > 0 || data === undefined) throw new ValidationProblem([{ errors: all }]);
	return data;
}

/** The client's own request_id, or the item's index as a string. facts: core 3.11 */
export function requestIdOf(item: unknown, index: number): string {
	const given = isRecord(item) ? item.request_id : undefined;
	return typeof given === 'string' || typeof given === 'number' ? String(given) : String(index);
}

/**
 * One object of a body, with what live accounts let pass mended first: keys that nobody knows are dropped, a null where nothing
 * is needed is nothing, and PHP's empty array is an empty object. facts: extended 12
 */
export function parseItem<T>(item: unknown, schema: Schema<T>, switches: Switches, prefix = ''): { data?: T; errors: FieldError[] } {
	for (let value = item; ; ) {
		const parsed = schema.safeParse(value);
		if (parsed.success) return { data: parsed.data, errors: [] };
		const mended = mend(value, schema, plainIssues(parsed.error, schema), switches);
		if (mended === undefined) return { errors: zodErrors(parsed.error, schema, prefix) };
		value = mended;
	}
}

/** A copy without the faults that can be mended; undefined when there is none. */
function mend(value: unknown, schema: Schema<unknown>, issues: readonly ZodIssue[], { unknownBodyFields, nullsInBodies }: Switches): unknown {
	const root: Record<string, unknown> = { value };
	let found = false;
	for (const issue of issues) {
		const path = ['value', ...issue.path];
		if (issue.code === 'unrecognized_keys' && (unknownBodyFields === 'ignore' || (unknownBodyFields === 'nested' && issue.message !== SEALED))) {
			const holder = ownAt(root, path);
			for (const key of issue.keys) delete holder?.[key];
			found = true;
		} else if (nullsInBodies === 'ignore' && issue.code === 'invalid_type' && issue.received === 'null' && isOptional(schema, issue.path)) {
			delete ownAt(root, path.slice(0, -1))?.[path.at(-1) ?? ''];
			found = true;
		} else if (issue.code === 'invalid_type' && issue.expected === 'object' && isEmptyList(at(root, path))) {
			const holder = ownAt(root, path.slice(0, -1));
			if (holder) holder[path.at(-1) ?? ''] = {};
			found = true;
		}
	}
	return found ? root.value : undefined;
}

/** What stands at the path, after a copy of everything on the way; the rest, however deep, is not touched. */
function ownAt(root: Record<string, unknown>, path: readonly (string | number)[]): Record<string, unknown> | undefined {
	let holder = root;
	for (const key of path) {
		const next = holder[key];
		if (typeof next !== 'object' || next === null) return undefined;
		const copy = (Array.isArray(next) ? [...(next as unknown[])] : { ...next }) as Record<string, unknown>;
		holder[key] = copy;
		holder = copy;
	}
	return holder;
}

/** PHP writes an empty object as an empty array. facts: extended 12 */
export const phpObject = (value: unknown): unknown => (isEmptyList(value) ? {} : value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const at = (root: unknown, path: readonly (string | number)[]): Record<string, unknown> | undefined =>
	path.reduce((holder: unknown, key) => (holder as Record<string, unknown> | undefined)?.[key], root) as Record<string, unknown> | undefined;
