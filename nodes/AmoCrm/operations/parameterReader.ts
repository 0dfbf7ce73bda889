import { type IDataObject, type IExecuteFunctions, type INodeExecutionData, type INodeParameters, type INodeProperties, deepCopy } from 'n8n-workflow';

import { AmoCrmError } from '../fields/errors';
import { plainName } from '../fields/fields';
import type { Run } from './types';

/**
 * How the parameters of many items are read. n8n evaluates an expression in half a millisecond (measured in n8n 2.41, whose
 * engine is an isolate): for thousands of items that is longer than amoCRM takes, and nothing else runs meanwhile. So n8n
 * is asked only for what needs it.
 */

/** n8n takes a text that starts with this sign for an expression, at whatever depth of a parameter it stands. */
export const EXPRESSION = /"=/;

/** An expression that only reads the item's own data: `={{ $json.name }}`, `={{ $json["First name"].text }}`. */
const PLAIN = /^=\{\{\s*\$json((?:\.[\p{ID_Start}_$][\p{ID_Continue}$]*|\["[^"\\]*"\]|\['[^'\\]*'\])+)\s*\}\}$/u;
const STEP = /\.([\p{ID_Start}_$][\p{ID_Continue}$]*)|\["([^"\\]*)"\]|\['([^'\\]*)'\]/gu;

/** Stands for a value that only n8n can tell. */
const NEEDS_N8N = Symbol('needs n8n');

/** Reads a parameter for one item's data. */
type PlainReader = (json: IDataObject) => unknown;

/**
 * Reads parameters of items. One without an expression is the same for all of them and is evaluated once. One whose
 * expressions only read the item's own texts, numbers and switches is read here, from the item after the first for which
 * n8n gave the same. Every caller gets a value of its own. What n8n cannot evaluate is thrown with its name in `form`.
 */
export function parameterReader(context: IExecuteFunctions, items: INodeExecutionData[], form: INodeProperties[]): Run['parameter'] {
	const { parameters } = context.getNode();
	const evaluate = (name: string, item: number, fallback: unknown): unknown => {
		try {
			return context.getNodeParameter(name, item, fallback) as unknown;
		} catch (error) {
			throw AmoCrmError.at(labelOf(form, parameters, [name, ...pathToFault(context, parameters[name], item)]), error);
		}
	};
	const constants = new Map<string, { value: unknown }>();
	const varying = new Map<string, { read?: PlainReader; isProven?: true }>();
	for (const [name, raw] of Object.entries(parameters)) {
		if (EXPRESSION.test(JSON.stringify(raw))) varying.set(name, { read: plainReader(raw) });
	}
	return (name, item, fallback) => {
		const own = varying.get(name);
		if (!own && parameters[name] !== undefined) {
			const constant = constants.get(name) ?? { value: evaluate(name, item, fallback) };
			constants.set(name, constant);
			return deepCopy(constant.value as IDataObject);
		}
		const plain = own?.read ? own.read(items[item]?.json ?? {}) : NEEDS_N8N;
		if (own?.isProven && plain !== NEEDS_N8N) return plain;
		const value = evaluate(name, item, fallback);
		if (own && plain !== NEEDS_N8N) {
			if (JSON.stringify(plain) === JSON.stringify(value)) own.isProven = true;
			else delete own.read;
		}
		return value;
	};
}

/** Nothing for a parameter that holds any other expression. */
function plainReader(raw: unknown): PlainReader | undefined {
	if (typeof raw === 'string' && raw.startsWith('=')) {
		const path = PLAIN.exec(raw)?.[1];
		const keys = path && [...path.matchAll(STEP)].map((step) => step[1] ?? step[2] ?? step[3] ?? '');
		return keys ? (json) => simpleValueAt(json, keys) : undefined;
	}
	if (typeof raw !== 'object' || raw === null) return () => raw;
	const readers = new Map<string, PlainReader>();
	for (const [key, value] of Object.entries(raw)) {
		const reader = plainReader(value);
		if (!reader) return undefined;
		readers.set(key, reader);
	}
	return (json) => {
		const entries = [...readers].map(([key, reader]): [string, unknown] => [key, reader(json)]);
		if (entries.some(([, value]) => value === NEEDS_N8N)) return NEEDS_N8N;
		return Array.isArray(raw) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
	};
}

/** What is missing, and what n8n would copy or convert (objects, dates), is left to n8n. */
function simpleValueAt(json: IDataObject, keys: string[]): unknown {
	let value: unknown = json;
	for (const key of keys) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return NEEDS_N8N;
		value = (value as IDataObject)[key];
	}
	return value === null || ['string', 'number', 'boolean'].includes(typeof value) ? value : NEEDS_N8N;
}

/** The keys that lead to the expression that n8n cannot evaluate, in a parameter that holds several. */
function pathToFault(context: IExecuteFunctions, raw: unknown, item: number): string[] {
	const entries = typeof raw === 'object' && raw !== null ? Object.entries(raw) : [];
	for (const [key, value] of entries) {
		if (typeof value !== 'string') {
			const path = pathToFault(context, value, item);
			if (path.length > 0) return [key, ...path];
		} else if (value.startsWith('=')) {
			try {
				context.evaluateExpression(value.slice(1), item);
			} catch {
				return [key];
			}
		}
	}
	return [];
}

/** Something with a name in the form: a parameter, an option of a collection, a field of a mapper. */
interface Part {
	name?: string;
	id?: string;
	displayName?: string;
	options?: Part[];
	values?: Part[];
}

/** How the form calls what the keys lead to, beginning with the parameter's own. */
export function labelOf(form: INodeProperties[], parameters: INodeParameters, path: string[]): string {
	const withParts = (part: Part): Part[] => [part, ...[...(part.options ?? []), ...(part.values ?? [])].flatMap(withParts)];
	const own = (form as Part[]).filter(({ name }) => name === path[0]).flatMap(withParts);
	const { schema = [] } = (parameters[path[0] ?? ''] ?? {}) as { schema?: Part[] };
	const named = path.flatMap((key) => [...own, ...schema].find(({ name, id }) => name === key || id === key)?.displayName ?? []);
	return plainName({ displayName: named.pop() ?? path[0] ?? '' });
}
