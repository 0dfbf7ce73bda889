import type { ZodType, ZodTypeDef } from 'zod';
import { fieldNotExpected, invalidType, ValidationProblem, type FieldError, type ItemErrors } from '../http/problems';
import { isRecord } from '../http/query';
import type { Switches } from '../switches';
import { zodErrors } from './zodErrors';

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
		const { data, errors } = parseOne(item, schema, switches);
		const all = data === undefined ? errors : [...errors, ...check(data, index)];
		if (all.length > 0) bad.push({ request_id: requestId, errors: all });
		else if (data !== undefined) good.push({ data, requestId });
	});
	if (bad.length > 0) throw new ValidationProblem(bad);
	return good;
}

/** A single-object body; its error group has no request_id. */
export function parseObject<T>(body: unknown, schema: Schema<T>, switches: Switches, check: Check<T> = () => []): T {
	if (!isRecord(body)) throw new ValidationProblem([{ errors: [invalidType('', 'object')] }]);
	const { data, errors } = parseOne(body, schema, switches);
	const all = data === undefined ? errors : [...errors, ...check(data, 0)];
	if (all.length > 0 || data === undefined) throw new ValidationProblem([{ errors: all }]);
	return data;
}

/** The client's own request_id, or the item's index as a string. facts: core 3.11 */
export function requestIdOf(item: unknown, index: number): string {
	const given = isRecord(item) ? item.request_id : undefined;
	return typeof given === 'string' || typeof given === 'number' ? String(given) : String(index);
}

function parseOne<T>(item: unknown, schema: Schema<T>, switches: Switches): { data?: T; errors: FieldError[] } {
	const first = schema.safeParse(item);
	if (first.success) return { data: first.data, errors: [] };
	const errors = zodErrors(first.error);
	if (switches.unknownBodyFields === 'reject') return { errors };
	const real = errors.filter(({ code }) => code !== fieldNotExpected('').code);
	if (real.length > 0) return { errors: real };
	const pruned = structuredClone(item);
	for (const { path } of errors) removeAt(pruned, path.split('.'));
	const second = schema.safeParse(pruned);
	return second.success ? { data: second.data, errors: [] } : { errors: zodErrors(second.error) };
}

function removeAt(target: unknown, path: string[]): void {
	const last = path.pop();
	let holder: unknown = target;
	for (const key of path) holder = Array.isArray(holder) ? holder[Number(key)] : isRecord(holder) ? holder[key] : undefined;
	if (isRecord(holder) && last !== undefined) delete holder[last];
}
