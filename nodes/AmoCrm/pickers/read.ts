import type { IDataObject, ILoadOptionsFunctions, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { readingAnew } from '../fields/dictionaries';
import { idIn } from '../fields/locator';
import { CATALOG } from '../fields/targets';
import { isUnset } from '../fields/values';
import type { ApiClient } from '../transport/client';
import { createClient } from '../transport/client';
import { readList } from '../transport/pages';
import type { ApiContext, Failure, Query } from '../transport/types';

/** Reading for the pickers of the editor: like an execution, but a failure is thrown, which the editor shows. */

export async function clientOf(context: ApiContext): Promise<ApiClient> {
	const result = await createClient(context);
	if (result.ok) return result.client;
	throw new NodeOperationError(context.getNode(), result.failure.message, { description: result.failure.advice });
}

/** For the lists of the editor, which a person refreshes to see what is new. */
export async function editorClientOf(context: ApiContext): Promise<ApiClient> {
	return readingAnew(await clientOf(context));
}

export async function readAll(
	context: ILoadOptionsFunctions,
	path: string,
	collection: string,
	query?: Query,
): Promise<IDataObject[]> {
	const list = await readList({ client: await clientOf(context), path, collection, query });
	if (!list.ok) throw asError(context, list.failure);
	return list.rows;
}

export function asError(context: Pick<ApiContext, 'getNode'>, failure: Pick<Failure, 'message' | 'advice'>): NodeApiError {
	const error = new NodeApiError(context.getNode(), { message: failure.message } as JsonObject, {
		message: failure.message,
		description: failure.advice,
	});
	error.message = failure.message;
	return error;
}

/** Collections whose records have custom fields, by the value of 'Resource'. */
const FIELD_PATHS: Record<string, string> = { lead: '/leads', contact: '/contacts', company: '/companies' };

/** What has the custom fields of the chosen resource; a parameter of another resource may still hold an old value. */
export async function fieldsPathOf(context: ILoadOptionsFunctions): Promise<string | undefined> {
	const resource = String(context.getCurrentNodeParameter('resource'));
	if (resource !== 'catalogElement') return FIELD_PATHS[resource];
	const catalogId = await catalogIdOf(context);
	return catalogId === undefined ? undefined : `/catalogs/${catalogId}`;
}

/** The chosen list (catalog) of elements, which may be given by its link; nothing while none is chosen. */
export async function catalogIdOf(context: ILoadOptionsFunctions): Promise<number | undefined> {
	const catalogId = context.getCurrentNodeParameter('catalogId');
	return isUnset(catalogId) ? undefined : idIn(CATALOG, catalogId, (await clientOf(context)).baseUrl);
}
