import { type IDataObject, jsonParse, UserError } from 'n8n-workflow';

import { isObject } from '../transport/objects';
import { show } from './values';

/** Parameters that hold JSON: as a value of an expression, or as text. Each throws a `UserError` that shows an example. */

const NOT_JSON: unknown = Symbol('not JSON');

export function jsonValue(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	// Without a value to fall back on, n8n throws the engine's words.
	const parsed: unknown = jsonParse(value, { fallbackValue: NOT_JSON });
	if (parsed !== NOT_JSON) return parsed;
	throw new UserError(`${show(value)} is not JSON. Names and texts stand in double quotes, as in {"name": "value"}.`);
}

export function jsonObject(value: unknown): IDataObject {
	const parsed = jsonValue(value);
	if (isObject(parsed)) return parsed;
	throw new UserError(`${show(value)} is not a JSON object. Give an object such as {"key": "value"}.`);
}

export function jsonArray(value: unknown): IDataObject[] {
	const parsed = jsonValue(value);
	if (Array.isArray(parsed) && parsed.every(isObject)) return parsed;
	throw new UserError(`${show(value)} is not a JSON array of objects. Give an array such as [{"key": "value"}].`);
}
