import { type ILoadOptionsFunctions, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { readWithAccount } from '../fields/conventions';
import { choicesOf, pipelinesOf, readingAnew, stagesIn } from '../fields/dictionaries';
import { WITH_CUSTOM_FIELDS } from '../entities/cards';
import { customFieldGroup } from '../entities/customFieldGroup';
import { entityAt } from '../entities/places';
import type { Entity } from '../entities/types';
import { AmoCrmError } from '../fields/errors';
import { type LocatorTarget, type PickContext, idIn } from '../fields/locator';
import { CATALOG, PIPELINE } from '../fields/targets';
import { isUnset } from '../fields/values';
import { type ApiClient, type ClientOptions, createClient } from '../transport/client';
import type { ApiContext, Failure } from '../transport/types';

/** Reading for the pickers of the editor: like an execution, but a failure is thrown, which the editor shows. */

export async function clientOf(context: ApiContext, options?: ClientOptions): Promise<ApiClient> {
	const result = await createClient(context, options);
	if (result.ok) return result.client;
	throw new NodeOperationError(context.getNode(), result.failure.message, { description: result.failure.advice });
}

/** For the lists of the editor, which a person refreshes to see what is new. */
export const editorClientOf = async (context: ApiContext): Promise<ApiClient> => readingAnew(await clientOf(context));

/** What is read; a failure is thrown as the editor shows it. */
export async function inEditor<T>(context: ApiContext, reading: Promise<T>): Promise<T> {
	try {
		return await reading;
	} catch (error) {
		const { message, facts } = AmoCrmError.of(error);
		throw asError(context, { message, advice: facts.advice ?? '' });
	}
}

/** What the account says now. */
export const fromAccount = async <T>(context: ApiContext, read: (client: ApiClient) => Promise<T>): Promise<T> =>
	await inEditor(context, read(await editorClientOf(context)));

export function asError(context: Pick<ApiContext, 'getNode'>, failure: Pick<Failure, 'message' | 'advice'>): NodeApiError {
	const { message, advice: description } = failure;
	const error = new NodeApiError(context.getNode(), { message } as JsonObject, { message, description });
	error.message = message;
	return error;
}

/** The entity below what is chosen in the form; nothing while that is not chosen. */
export async function placeIn(context: ILoadOptionsFunctions, entity: Entity): Promise<Entity | undefined> {
	// Beside the picker, in a block or a collection, or at the top of the form.
	const valueOf = (name: string) => [`&${name}`, name, `filters.${name}`].map((path) => context.getCurrentNodeParameter(path)).find((value) => value !== undefined);
	const isOpen = entity.parents?.some(({ properties }) => properties.some(({ name, type }) => type === 'resourceLocator' && isUnset(valueOf(name))));
	try {
		return await read(context, (place) => entityAt(entity, valueOf, place));
	} catch (error) {
		if (isOpen) return undefined;
		throw asError(context, { message: (error as Error).message, advice: '' });
	}
}

/** The status type of "Incoming leads": no lead can be put there (core facts 7). */
const INCOMING = 1;

/** Stages of the pipeline that is chosen beside the picker, of all where none is; `value` holds both IDs, because 142 and 143 exist in every pipeline. */
export async function stagesToPick(context: ILoadOptionsFunctions) {
	const chosen = await chosenPipeline(context);
	const isFilter = context.getCurrentNodeParameter('operation') === 'getAll';
	const pipelines = await fromAccount(context, pipelinesOf);
	const own = pipelines.filter(({ id }) => id === chosen);
	const stages = stagesIn(own.length > 0 ? own : pipelines).filter(({ type }) => isFilter || type !== INCOMING);
	return { stages, isOfOne: own.length > 0 };
}

/** What has the custom fields of the chosen resource; a parameter of another resource may still hold an old value. */
export async function fieldsPathOf(context: ILoadOptionsFunctions): Promise<string | undefined> {
	const resource = context.getCurrentNodeParameter('resource');
	const owner = [...WITH_CUSTOM_FIELDS, customFieldGroup].find(({ value }) => value === resource);
	const at = owner && (await placeIn(context, owner));
	return at?.fieldsPath ?? at?.path;
}

/** What is chosen in the form, by its ID, its name or its link; nothing while that is open. */
async function chosenIn(context: ILoadOptionsFunctions, target: LocatorTarget, parameters: string[]): Promise<number | undefined> {
	const value = parameters.map((name) => context.getCurrentNodeParameter(name)).find((given) => given !== undefined);
	return isUnset(value) ? undefined : await read(context, (place) => idIn(target, value, place));
}

async function read<T>(context: ILoadOptionsFunctions, reader: (place: PickContext) => T): Promise<T> {
	const client = await clientOf(context);
	return await readWithAccount(() => reader({ accountUrl: client.baseUrl, choices: choicesOf(client) }));
}

/** The chosen list (catalog) of elements. */
export const catalogIdOf = async (context: ILoadOptionsFunctions) => await chosenIn(context, CATALOG, ['catalogId']);

/** The pipeline beside the picker, or at the top of the form, where n8n finds nothing beside a picker; nothing for what is none. */
const chosenPipeline = async (context: ILoadOptionsFunctions) => await chosenIn(context, PIPELINE, ['&pipelineId', 'pipelineId']).catch(() => undefined);
