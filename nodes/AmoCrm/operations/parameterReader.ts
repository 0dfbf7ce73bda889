import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { Run } from './types';

/**
 * How the parameters of many items are read. n8n evaluates an expression in half a millisecond (measured in n8n 2.41, whose
 * engine is an isolate): for thousands of items that is longer than amoCRM takes, and nothing else runs meanwhile. So n8n
 * is asked only for what needs it.
 */

/** n8n takes a text that starts with this sign for an expression, at whatever depth of a parameter it stands. */
const EXPRESSION = /"=/;

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
 * n8n gave the same. Every caller gets a value of its own.
 */
export function parameterReader(context: IExecuteFunctions, items: INodeExecutionData[]): Run['parameter'] {
	const { parameters } = context.getNode();
	const constants = new Map<string, { value: unknown }>();
	const varying = new Map<string, { read?: PlainReader; isProven?: true }>();
	for (const [name, raw] of Object.entries(parameters)) {
		if (EXPRESSION.test(JSON.stringify(raw))) varying.set(name, { read: plainReader(raw) });
	}
	return (name, item, fallback) => {
		const own = varying.get(name);
		if (!own && parameters[name] !== undefined) {
			const constant = constants.get(name) ?? { value: context.getNodeParameter(name, item, fallback) as unknown };
			constants.set(name, constant);
			return deepCopy(constant.value as IDataObject);
		}
		const plain = own?.read ? own.read(items[item]?.json ?? {}) : NEEDS_N8N;
		if (own?.isProven && plain !== NEEDS_N8N) return plain;
		const value: unknown = context.getNodeParameter(name, item, fallback);
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
