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

export function isFormObject(value: unknown): value is FormObject {
	return typeof value === 'object' && value !== null;
}

export function parseForm(body: string): FormObject {
	return assemble(
		body.split('&').flatMap((pair): Array<[string, string]> => {
			if (pair === '') return [];
			const equals = pair.indexOf('=');
			return equals < 0 ? [[decode(pair), '']] : [[decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]];
		}),
	);
}

/** The same from keys that are already decoded, as n8n's parser leaves them. */
export function assemble(pairs: Array<[string, string]>): FormObject {
	const root = empty();
	for (const [key, value] of pairs) insert(root, pathOf(key), value);
	return root;
}

const empty = (): FormObject => Object.create(null) as FormObject;

/** `a[b][]` becomes a, b and the next free number; what follows the last bracket is ignored, as in PHP. */
function pathOf(key: string): string[] {
	const name = key.trimStart();
	const open = name.indexOf('[');
	if (open <= 0) return [name];
	const path = [name.slice(0, open)];
	for (let from = open; name[from] === '['; ) {
		const close = name.indexOf(']', from);
		if (close < 0) break;
		path.push(name.slice(from + 1, close));
		from = close + 1;
	}
	return path;
}

/** `__proto__` would change an object instead of filling it once something copies it: such a variable is dropped. */
function insert(root: FormObject, path: string[], value: string): void {
	if (path.length > MAX_DEPTH || path.includes('__proto__') || path[0] === '') return;
	let target = root;
	path.forEach((part, index) => {
		const key = part === '' && index > 0 ? nextIndex(target) : part;
		if (index === path.length - 1) target[key] = value;
		else {
			const known = target[key];
			target = isFormObject(known) ? known : (target[key] = empty());
		}
	});
}

function nextIndex(target: FormObject): string {
	const indexes = Object.keys(target).filter((key) => /^\d+$/.test(key)).map(Number);
	return String(indexes.reduce((highest, index) => Math.max(highest, index), -1) + 1);
}

/** A broken escape stays as it is, and broken UTF-8 costs one character: nothing is lost over it. */
function decode(text: string): string {
	const spaced = text.replace(/\+/g, ' ');
	if (!spaced.includes('%')) return spaced;
	try {
		return decodeURIComponent(spaced);
	} catch {
		return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => Buffer.from(escaped.replace(/%/g, ''), 'hex').toString('utf8'));
	}
}
