import { type IBinaryData, type IDataObject, sleep } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { AmoCrmError, orThrow } from '../fields/errors';
import { field, named, text } from '../fields/fields';
import { fileVersionIn } from '../fields/files';
import { isUnset, toText, unwrapLocator } from '../fields/values';
import { readRows } from '../transport/answers';
import { failureAs } from '../transport/failures';
import { onFilesHost } from '../transport/filesHost';
import { isObject } from '../transport/objects';
import { inParallel } from '../transport/parallel';
import { retryDelayMs } from '../transport/retry';
import { findByIds, recordIn } from './byIds';
import { attempt, mustStop, readItems } from './items';
import { called, fieldProperty, idProperty, optionsOf, optionsProperty, readId } from './parameters';
import { presentRows } from './present';
import { withBinary } from './results';
import type { Operation, Run } from './types';

/** Contents of files into n8n's binary data, as a stream: memory does not grow with the file where n8n keeps such data in files. */

const IN_FLIGHT = 4;

/** How often contents that break off are read anew. */
const MOST_TRIES = 3;

const outputField = field({ name: 'binaryPropertyName', displayName: 'Put Output File in Field', kind: text, required: true, property: { default: 'data' }, placeholder: 'e.g. data', description: 'Name of the field of the item that gets the file' });
const versionField = field({ name: 'versionUuid', displayName: 'Version UUID', kind: text, placeholder: 'e.g. 12345678-1234-4234-8234-123456789012', description: "The version to download, as 'Get Versions' gives it; that of the link or the current one when left out" });

export function download(entity: Entity): Operation {
	return {
		...called(entity, 'download', 'Read the contents of one file per item'),
		properties: [idProperty(entity), fieldProperty(outputField, 'create', { required: true }), optionsProperty([fieldProperty(versionField, 'create')])],
		route: 'GET /v1.0/files/{id}',
		execute: async (run) => await downloadAll(run, entity),
	};
}

async function downloadAll(run: Run, entity: Entity): Promise<void> {
	const wanted = await readItems(run, (item) => {
		const { versionUuid: version } = optionsOf(run, item);
		const property = named(outputField.displayName, () => toText(run.parameter(outputField.name, item, 'data'))) || 'data';
		const given = isUnset(version) ? fileVersionIn(unwrapLocator(run.parameter(entity.idParameter, item, ''))) : named(versionField.displayName, () => toText(version).trim());
		return { id: readId(run, entity, item), property, version: given };
	});
	if (mustStop(run)) return;
	const found = await findByIds(run.client, entity, '', [...new Set(wanted.map(({ asked }) => asked.id))]);
	await inParallel(wanted, IN_FLIGHT, async ({ item, asked: { id, property, version } }) => {
		if (mustStop(run)) return;
		await attempt(run, [item], async () => {
			const current = recordIn(found, entity, id);
			const file = version === undefined || version === current.version_uuid ? current : await versionOf(run, entity, { id, version });
			const data = await contentsOf(run, entity, { file, link: version === undefined ? 'download' : 'download_version' });
			const [row = {}] = await presentRows(run, [file]);
			run.rows.set(item, [withBinary(row, { [property]: data })]);
		});
	});
}

async function versionOf({ client }: Run, { base, path }: Entity, { id, version }: { id: string | number; version: string }): Promise<IDataObject> {
	const { rows } = orThrow(await readRows(client, { base, path: `${path}/${id}/versions` }, 'versions'));
	const found = rows.find(({ version_uuid: uuid }) => uuid === version);
	if (found) return found;
	throw AmoCrmError.from(failureAs('notFound', `File ${id} has no version ${version}`, "Check the UUID: 'Get Versions' gives those that there are."));
}

async function contentsOf(run: Run, { base }: Entity, { file, link }: { file: IDataObject; link: 'download' | 'download_version' }): Promise<IBinaryData> {
	const { name, metadata, size } = file;
	const { extension, mime_type: mime } = (isObject(metadata) ? metadata : {}) as IDataObject;
	const fileName = isUnset(extension) ? toText(name) : `${toText(name)}.${toText(extension)}`;
	const links = (isObject(file._links) ? file._links : {}) as Record<string, { href?: unknown } | undefined>;
	const address = onFilesHost(links[link]?.href ?? links.download?.href, String(base));
	if (address === undefined) throw AmoCrmError.from(NO_ADDRESS);
	const { helpers } = run.context;
	for (let attempts = 1; ; attempts += 1) {
		// The token goes to amoCRM's own host of files only.
		const { body } = orThrow(await run.client.send({ method: 'GET', base: address, path: '', isStream: true }));
		const { data, because } = await taken(async () => await helpers.prepareBinaryData(body as never, fileName, isUnset(mime) ? undefined : toText(mime)));
		const bytes = data && (await sizeOf(helpers, data));
		if (data && (isUnset(size) || bytes === Number(size))) return data;
		const why = because ?? `they end after ${String(bytes)} of ${toText(size)} bytes`;
		if (attempts === MOST_TRIES) throw AmoCrmError.from(failureAs('connectionLost', `The contents of '${fileName}' did not come whole: ${run.client.mask(why)}`, 'Run again.'));
		await sleep(retryDelayMs(attempts));
	}
}

const taken = async (work: () => Promise<IBinaryData>): Promise<{ data?: IBinaryData; because?: string }> =>
	await work().then(
		(data) => ({ data }),
		(error: unknown) => ({ because: AmoCrmError.of(error).message }),
	);

/** n8n 1.x does not say it in the data itself. */
async function sizeOf(helpers: Run['context']['helpers'], { id, data, bytes }: IBinaryData): Promise<number> {
	if (bytes !== undefined) return bytes;
	return id === undefined ? Buffer.byteLength(data, 'base64') : (await helpers.getBinaryMetadata(id)).fileSize;
}

const NO_ADDRESS = failureAs('malformed', 'amoCRM gives no address of its own for the contents of the file', 'Run again; if it goes on, amoCRM support can help.');
