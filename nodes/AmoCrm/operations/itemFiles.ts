import { type IBinaryData, type IDataObject, UserError } from 'n8n-workflow';

import { filesBase } from '../fields/dictionaries';
import { AmoCrmError } from '../fields/errors';
import { type ItemFiles, type WaitingFile, kindOf, waitingIn } from '../fields/files';
import { failureAs } from '../transport/failures';
import { inParallel, inTurns } from '../transport/parallel';
import type { Failure, Outcome } from '../transport/types';
import { type Upload, uploadFile } from '../transport/upload';
import { withNeeds } from './problems';
import type { Run } from './types';

/** Files of items in n8n's binary data, and how they get into the account's storage. */

/** amoCRM takes no larger file (extended facts 8). */
const MOST_BYTES = 314_572_800;

/** Files under way at once: each has one part in memory. */
export const UPLOADS_IN_FLIGHT = 4;

/** What is read at once, as Node does; for a small file no more than that takes. */
const CHUNK_BYTES = 65_536;

/** How often the log tells how far a file is. */
const PROGRESS_MS = 10_000;

/** Those of one item. In a workflow that keeps binary data among the other data n8n finds them there. */
export function filesOf({ context, items, waiting }: Run, item: number): ItemFiles {
	const { binary = {}, json = {} } = items[item] ?? {};
	const find = (name: string): IBinaryData | undefined => {
		if (Object.hasOwn(binary, name)) return binary[name];
		try {
			return context.helpers.assertBinaryData(item, name);
		} catch {
			return undefined;
		}
	};
	const isBinary = (value: unknown) => typeof value === 'object' && value !== null && 'mimeType' in value;
	const onWanted = (file: WaitingFile) => void waiting.set(item, [...(waiting.get(item) ?? []), file]);
	return { item, onWanted, named: find, names: () => [...Object.keys(binary), ...Object.keys(json).filter((key) => isBinary(json[key]) && find(key))] };
}

/** What is to be uploaded. Throws a `UserError` for what amoCRM does not take. */
export async function uploadOf({ context: { helpers } }: Pick<Run, 'context'>, { id, data, fileName, fileExtension, mimeType }: IBinaryData): Promise<Upload> {
	const name = fileName ?? `file${fileExtension ? `.${fileExtension}` : ''}`;
	const size = id === undefined ? Buffer.byteLength(data, 'base64') : (await helpers.getBinaryMetadata(id)).fileSize;
	if (size === 0) throw new UserError(`the file '${name}' is empty, and amoCRM takes no empty files.`);
	if (size > MOST_BYTES) throw new UserError(`the file '${name}' has ${size} bytes, and amoCRM takes at most ${MOST_BYTES} (300 MB).`);
	return {
		session: { file_name: name, file_size: size, content_type: mimeType },
		open: async () => (id === undefined ? only(Buffer.from(data, 'base64')) : ((await helpers.getBinaryStream(id, Math.min(size, CHUNK_BYTES))) as AsyncIterable<Buffer>)),
	};
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
	yield await Promise.resolve(bytes);
}

const NEEDS = { scope: '"Access to files"', plan: 'room in the file storage of the account' };

/** Puts it into the storage; a failure names the file, and says what is wanting. */
export async function store(run: Pick<Run, 'client' | 'context'>, base: string, upload: Upload): Promise<Outcome<{ file: IDataObject }>> {
	const sent = await uploadFile(run.client, base, upload, progress(run, upload));
	if (sent.ok) return sent;
	const { advice = sent.failure.advice } = withNeeds(AmoCrmError.from(sent.failure), { needs: NEEDS }).facts;
	return { ok: false, failure: { ...sent.failure, message: `File '${String(upload.session.file_name)}': ${sent.failure.message}`, advice, isExplained: true } };
}

/** Tells n8n's log from time to time how far a large file is. */
function progress({ context }: Pick<Run, 'context'>, { session: { file_name: name, file_size: size } }: Upload): (sent: number) => void {
	let told = performance.now();
	return (sent) => {
		if (performance.now() - told < PROGRESS_MS) return;
		told = performance.now();
		context.logger.info(`amoCRM: uploaded ${inMegabytes(sent)} of ${inMegabytes(Number(size))} MB of '${String(name)}'`);
	};
}

const inMegabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

/** Looks at the files that an item's body waits for. Throws what is wrong with one, with the name of what it is for. */
export async function checkFiles(run: Run, item: number): Promise<void> {
	for (const { data, field, fill } of run.waiting.get(item) ?? []) {
		try {
			const { session } = await uploadOf(run, data);
			fill({ uuid: null, version_uuid: null, file_name: session.file_name, size: session.file_size, type: kindOf(data) });
		} catch (error) {
			throw AmoCrmError.at(field, error);
		}
	}
}

/**
 * Puts the files into the storage that rows wait for, each once, also where n8n repeats the node; the rows then name them.
 * Gives why a row must stay behind.
 */
export async function uploadFiles<T extends { asked: IDataObject }>(run: Run, all: T[]): Promise<Map<T, Failure>> {
	const failures = new Map<T, Failure>();
	if (run.waiting.size === 0) return failures;
	const rows = (await inTurns(all, (entry) => ({ entry, files: waitingIn(entry.asked) }))).filter(({ files }) => files.length > 0);
	if (rows.length === 0) return failures;
	const base = await filesBase(run.client).catch((error: unknown) => AmoCrmError.of(error));
	await inParallel(rows, UPLOADS_IN_FLIGHT, async ({ entry, files }) => {
		for (const file of files) {
			if (!run.continueOnFail && failures.size > 0) return;
			const stored = base instanceof AmoCrmError ? { ok: false as const, failure: base.facts.failure ?? failureAs('badRequest', base.message, '') } : await storedOnce(run, base, file);
			if (stored.ok) file.fill(stored.file);
			else failures.set(entry, stored.failure);
		}
	});
	return failures;
}

/** In this run, or in an earlier try of it. */
async function storedOnce(run: Run, base: string, { item, key, data }: WaitingFile): Promise<Outcome<{ file: IDataObject }>> {
	const known = run.uploaded.get(item) ?? new Map<string, IDataObject>();
	run.uploaded.set(item, known);
	const file = known.get(key);
	if (file) return { ok: true, file };
	const upload = await uploadOf(run, data);
	const sent = await store(run, base, upload);
	if (!sent.ok) return sent;
	const stored = { ...sent.file, file_name: upload.session.file_name };
	known.set(key, stored);
	run.context.logger.debug('amoCRM: uploaded', { item, uuid: sent.file.uuid, size: sent.file.size });
	return { ok: true, file: stored };
}

/** What a dry run says of the files that a row waits for. */
export async function plannedUploads(run: Run, row: IDataObject): Promise<IDataObject[]> {
	const files = new Map((run.waiting.size === 0 ? [] : waitingIn(row)).map((file) => [file.key, file]));
	return await Promise.all([...files.values()].map(async ({ data }) => (await uploadOf(run, data)).session));
}
