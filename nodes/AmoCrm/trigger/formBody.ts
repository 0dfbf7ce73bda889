/**
 * amoCRM's hook bodies: `leads[add][0][id]=1&…`, as PHP's `http_build_query` writes them and its `parse_str` reads them
 * (extended facts 1.3). Decoded from the raw bytes: n8n's own parser stops at 1,000 keys and keeps them flat.
 */

/** A decoded value: a text, or an object without a prototype. Lists stay objects with the keys 0, 1, 2, … */
export type FormValue = string | FormObject;
export interface FormObject {
	[key: string]: FormValue;
}

/** PHP's own limit on nesting; a deeper variable is dropped. */
const MAX_DEPTH = 64;

/** A mass edit of 250 records with all their fields has some ten thousand. */
const MAX_VALUES = 100_000;

/** A key that counts for the next `[]`. */
const INDEX = /^(?:0|[1-9]\d{0,14})$/;

export const isFormObject = (value: unknown): value is FormObject => typeof value === 'object' && value !== null;

/** Whether parsed JSON has more levels, or more values, than a delivery may. */
export function isTooLarge(value: unknown): boolean {
	let left = MAX_VALUES;
	const exceeds = (inner: unknown, levels: number): boolean =>
		--left < 0 || (typeof inner === 'object' && inner !== null && (levels === 0 || Object.values(inner).some((each) => exceeds(each, levels - 1))));
	return exceeds(value, MAX_DEPTH);
}

/** Nothing for a body with more values than any delivery has. */
export function parseForm(body: string): FormObject | undefined {
	const pairs = body.split('&', MAX_VALUES + 1);
	if (pairs.length > MAX_VALUES) return undefined;
	return assemble(
		pairs.flatMap((pair): Array<[string, string]> => {
			if (pair === '') return [];
			const equals = pair.indexOf('=');
			return equals < 0 ? [[decode(pair), '']] : [[decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]];
		}),
	);
}

/** The same from keys that are already decoded, as n8n's parser leaves them. */
export function assemble(pairs: Array<[string, string]>): FormObject {
	const root = empty();
	/** By object, the number that `[]` has there. */
	const next = new Map<FormObject, number>();
	for (const [key, value] of pairs) insert(root, next, pathOf(key), value);
	return root;
}

const empty = (): FormObject => Object.create(null) as FormObject;

/** `a[b][]` becomes a, b and nothing; what follows the last bracket is ignored, as in PHP. Longer than the limit, it is not read on. */
function pathOf(key: string): string[] {
	const name = key.trimStart();
	const open = name.indexOf('[');
	if (open <= 0) return [name];
	const path = [name.slice(0, open)];
	for (let from = open; name[from] === '[' && path.length <= MAX_DEPTH; ) {
		const close = name.indexOf(']', from);
		if (close < 0) break;
		path.push(name.slice(from + 1, close));
		from = close + 1;
	}
	return path;
}

/** `__proto__` would change an object once something copies it, the others break whatever makes a text of it: such a variable is dropped. */
export const isUnsafeKey = (key: string): boolean => ['__proto__', 'toString', 'valueOf', 'toJSON'].includes(key);

function insert(root: FormObject, next: Map<FormObject, number>, path: string[], value: string): void {
	if (path.length > MAX_DEPTH || path.some(isUnsafeKey) || path[0] === '') return;
	let target = root;
	path.forEach((part, index) => {
		const key = part === '' && index > 0 ? String(next.get(target) ?? nextIndex(Object.keys(target))) : part;
		if (part === '' || next.has(target)) next.set(target, nextIndex([key], next.get(target)));
		if (index === path.length - 1) target[key] = value;
		else {
			const known = target[key];
			target = isFormObject(known) ? known : (target[key] = empty());
		}
	});
}

const nextIndex = (keys: string[], known = 0): number => keys.reduce((next, key) => (INDEX.test(key) ? Math.max(next, Number(key) + 1) : next), known);

/** A broken escape stays as it is, and broken UTF-8 costs one character: nothing is lost over it. */
function decode(text: string): string {
	const spaced = text.includes('+') ? text.replace(/\+/g, ' ') : text;
	if (!spaced.includes('%')) return spaced;
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => Buffer.from(escaped.replace(/%/g, ''), 'hex').toString('utf8'));
	}
}
