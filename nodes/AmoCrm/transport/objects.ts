import type { IDataObject } from 'n8n-workflow';

/** Whether a value is an object of keys and values, as JSON has them. */
export const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; what stands between them and is none says nothing. */
export const objectsIn = (value: unknown): IDataObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
