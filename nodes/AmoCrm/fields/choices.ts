import { UserError } from 'n8n-workflow';

import type { ApiClient } from '../transport/client';
import { remembered } from '../transport/remembered';
import { labelKey, show, toInteger, toList, unwrapLocator } from './values';

/** What a person picks by its name: options of a field, users, pipelines, stages and all that pickers list. */

export interface Choice {
	id: number | string;
	/** Its name. */
	value: string;
	/** Another name: the code of an option, the e-mail of a user. */
	code: string | null;
	/** The name with those above it: `Clothes / Shoes`, `Pipeline / Stage`; else the name. */
	path: string;
}

/** Where choices come from: a picker of the form lists them, and a name given in its place is looked for there. */
export interface Source {
	/** Lower case, as in "the account has no user". */
	noun: string;
	/** Method of `methods.loadOptions` that lists them. */
	loadOptionsMethod?: string;
	/** What the reading is kept under. */
	keptAs: string;
	/** What of the reading the choices are, where there are several kinds. */
	part?: string;
	/** Throws an `AmoCrmError`. */
	read: (client: ApiClient) => Promise<Choice[]>;
	/** Which texts are IDs, beside whole numbers. */
	ids?: RegExp;
}

/** The form of a list to choose several from. */
export const manyOf = ({ loadOptionsMethod }: Pick<Source, 'loadOptionsMethod'>) => ({ type: 'multiOptions' as const, typeOptions: { loadOptionsMethod }, default: [] });

/** The choices of a source; throws what asks for them until they are read, or read anew in this run where only that will do. */
export type ChoicesOf = (source: Source, age?: 'current') => Choice[];

/** What a name is looked for in. */
export interface ChoiceContext {
	choices?: ChoicesOf;
}

/** Choices by what they are called, the first way that knows a name wins. Names may be all digits. */
interface Index {
	ids: Map<number | string, Choice>;
	names: Array<Map<string, Choice[]>>;
	labels: LabelNode;
}

/** The parts of names that hold separators, each part with the separator before it. */
interface LabelNode {
	/** The names that end here: several where only spaces or letter case tell them apart. */
	ends?: string[];
	next: Map<string, LabelNode>;
}

/** Spaces around the slash make no difference. */
const pathKey = (path: string): string => labelKey(path).replace(/ ?\/ ?/g, '/');

const indexOf = remembered((all: Choice[]): Index => {
	const by = (nameOf: (choice: Choice) => string | null) => {
		const map = new Map<string, Choice[]>();
		for (const choice of all) {
			const name = nameOf(choice);
			if (name === null) continue;
			const same = map.get(name);
			if (same) same.push(choice);
			else map.set(name, [choice]);
		}
		return map;
	};
	const labels: LabelNode = { next: new Map() };
	for (const text of new Set(all.flatMap(({ value, path }) => [value, path]))) {
		let node = labels;
		for (const part of labelParts(text)) {
			const next: LabelNode = node.next.get(part.key) ?? { next: new Map() };
			node.next.set(part.key, next);
			node = next;
		}
		(node.ends ??= []).push(text);
	}
	return {
		ids: new Map(all.map((choice) => [choice.id, choice])),
		names: [
			by(({ value }) => value.trim()),
			by(({ value }) => labelKey(value)),
			by(({ path }) => pathKey(path)),
			by(({ code }) => (code === null ? null : labelKey(code))),
			by(({ id }) => labelKey(String(id))),
		],
		labels,
	};
}, new WeakMap<Choice[], Index>());

/** The choices with that name (as `labelKey` compares), path, code or ID: several where it leaves open which one is meant. */
export function choicesIn<T extends Choice>(all: T[], given: unknown, accepts: (choice: T) => boolean = () => true): T[] {
	const { ids, names } = indexOf(all);
	const known = typeof given === 'number' ? ids.get(given) : undefined;
	if (known) return [known as T];
	const text = typeof given === 'object' || given === undefined ? '' : String(given).trim();
	const keys = [text, labelKey(text), pathKey(text), labelKey(text), labelKey(text)];
	return names.map((choices, way) => ((choices.get(keys[way] ?? '') ?? []) as T[]).filter(accepts)).find(({ length }) => length > 0) ?? [];
}

/** A list as it is; a text is one choice if it is one as a whole, else choices separated by commas, which names may hold too. */
export function entriesIn(all: Choice[], value: unknown): unknown[] {
	if (typeof value !== 'string') return toList(value);
	const { labels } = indexOf(all);
	const parts = labelParts(value);
	const entries: string[] = [];
	for (let from = 0; from < parts.length; ) {
		// The longest run of parts that is a name; a single part is taken as it is and judged later.
		let to = from + 1;
		let label: string | undefined;
		let node = labels.next.get(labelKey(parts[from]?.text ?? ''));
		for (let next = from + 1; node; next += 1) {
			if (node.ends) {
				to = next;
				label = node.ends.length === 1 ? node.ends[0] : undefined;
			}
			node = node.next.get(parts[next]?.key ?? '');
		}
		entries.push(label ?? parts.slice(from, to).map(({ text: part, mark }, index) => (index === 0 ? part : mark + part)).join('').trim());
		from = to;
	}
	return entries.filter((entry) => entry !== '');
}

/** Each with the separator that stands before it; nothing at the beginning. */
function labelParts(text: string) {
	const [first = '', ...rest] = text.split(/([,;\n])/);
	const parts = [{ mark: '', text: first, key: labelKey(first) }];
	for (let index = 0; index + 1 < rest.length; index += 2) {
		const [mark = '', part = ''] = rest.slice(index, index + 2);
		parts.push({ mark, text: part, key: mark + labelKey(part) });
	}
	return parts;
}

/** So many choices stand in a message. */
const SHOWN = 10;

/** The closest to what was given come first where not all can be said. */
export function listed(all: string[], given: unknown): string {
	if (all.length <= SHOWN) return all.join(', ');
	const likeness = likenessTo(labelKey(String(given).slice(0, 200)));
	const closest = all.map((name) => ({ name, score: likeness(labelKey(name)) })).sort((one, other) => other.score - one.score);
	return `${closest.slice(0, SHOWN).map(({ name }) => name).join(', ')} and ${all.length - SHOWN} more`;
}

/** From 0 to 1, by the pairs of letters that two texts share. */
function likenessTo(text: string): (other: string) => number {
	const pairsOf = (word: string) => new Set(Array.from({ length: Math.max(word.length - 1, 1) }, (_, index) => word.slice(index, index + 2)));
	const own = pairsOf(text);
	return (other) => {
		const pairs = pairsOf(other);
		return (2 * [...pairs].filter((pair) => own.has(pair)).length) / (own.size + pairs.size);
	};
}

/** Why none or several of the choices are meant. */
export function notOne(given: unknown, found: Choice[], all: Choice[], { noun }: Pick<Source, 'noun'>): UserError {
	if (found.length > 1) {
		return new UserError(`${show(given)} may mean several: ${listed(found.map(({ id, path }) => `${path} (${id})`), '')}. Give an ID.`);
	}
	return new UserError(`there is no ${noun} ${show(given)}. Give the name or the ID of one of: ${listed(all.map(({ path }) => path), given) || '(there is none)'}`);
}

/** `"2024"`: a name of digits, which would be an ID, stands in quotes. */
const unquoted = (text: string): string => /^\s*["«](.+)["»]\s*$/.exec(text)?.[1] ?? text;

/** The choices that have a name. One that is missing may be new: then they are read anew. */
export function havingName(source: Source, name: string, choices: ChoicesOf, accepts?: (choice: Choice) => boolean): Choice[] {
	for (const age of [undefined, 'current'] as const) {
		for (const text of [name, unquoted(name)]) {
			const found = choicesIn(choices(source, age), text, accepts);
			if (found.length > 0) return found;
		}
	}
	return [];
}

/** Whether a value is an ID, so that nothing has to be read for it. */
export const isId = (value: unknown, { ids }: Source): boolean =>
	typeof value === 'number' || (typeof value === 'string' && (/^\s*\d+\s*$/.test(value) || ids?.test(value.trim()) === true));

/** The ID of what is given by its ID, `0` included, or by its name. Throws a `UserError` that says which there are. */
export function pickedId(value: unknown, source: Source, { choices }: ChoiceContext): number | string {
	const plain = unwrapLocator(value);
	if (typeof plain !== 'string' || /^\s*\d*\s*$/.test(plain)) return toInteger(plain);
	if (isId(plain, source)) return plain.trim();
	return choices ? idOfName(plain, source, choices) : toInteger(plain);
}

/** The same for several, in a list or in a text with commas; names may hold commas too. */
export const pickedIds = (value: unknown, source: Source, context: ChoiceContext): number[] =>
	entriesOf(value, source, context).map((entry) => Number(pickedId(entry, source, context)));

/** The ID of the only one that has the name. Throws a `UserError` that says which there are. */
export function idOfName(name: string, source: Source, choices: ChoicesOf): number | string {
	const found = havingName(source, name, choices);
	if (found[0] && found.length === 1) return found[0].id;
	throw notOne(name, found, choices(source), source);
}

/** Names and IDs one by one, from a list or from a text with commas; names may hold commas too. */
export function entriesOf(value: unknown, source: Source, { choices }: ChoiceContext): unknown[] {
	const plain = unwrapLocator(value);
	const entries = toList(plain);
	if (typeof plain !== 'string' || !choices || entries.every((entry) => isId(entry, source))) return entries;
	return entriesIn(choices(source), plain);
}
