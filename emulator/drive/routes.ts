import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireScope } from '../http/caller';
import { sendJson, sendNothing } from '../http/envelope';
import { missing } from '../http/missing';
import { fieldMissing, fieldNotExpected, invalidType, notFound, notSupportedChoice, ValidationProblem } from '../http/problems';
import { intsOf, isRecord, pagingOf, rangeOf, scalar, textsOf, within, type Query } from '../http/query';
import type { FileRow } from '../store/moreRows';
import { parseObject } from '../validation/batch';
import type { World } from '../world';
import { emptyTrash, findFile, fullName, presentFile, usedBytes } from './files';
import { uploadRoutes } from './uploads';

/** The files' own host. facts: extended 8 */

const PATCH = z.strictObject({ name: z.string().min(1).max(255).optional(), version_uuid: z.string().optional(), uuid: z.string().optional() });
const UNITS: Readonly<Record<string, number>> = { byte: 1, kb: 1_024, mb: 1_048_576 };

type One = { Params: { uuid: string } };

export function driveRoutes(app: FastifyInstance, world: World): void {
	const { account, clock, switches } = world;

	app.addHook('preHandler', async (request) => {
		if (request.caller !== null) requireScope(request, 'files');
		emptyTrash(world);
	});
	uploadRoutes(app, world);

	app.get('/files', (request, reply) => {
		const query = request.query as Query;
		const { page, limit } = pagingOf(query);
		const found = [...account.files.values()].filter(fileFilter(query)).sort((a, b) => b.id - a.id);
		const rows = found.slice((page - 1) * limit, page * limit);
		if (rows.length === 0) return sendNothing(reply);
		const link = (number: number) => ({ href: `${world.driveUrl}/v1.0/files?page=${number}&limit=${limit}` });
		const _links = { self: link(page), ...(page * limit < found.length ? { next: link(page + 1) } : {}), ...(page > 1 ? { prev: link(page - 1) } : {}) };
		return sendJson(reply, { _count: rows.length, _links, _embedded: { files: rows.map((row) => presentFile(world, row)) } });
	});

	app.get('/files/stats', (_request, reply) => sendJson(reply, { limit: switches.driveQuota, used: usedBytes(world) }));

	app.get<One>('/files/:uuid', (request, reply) => {
		const file = findFile(world, request.params.uuid);
		return file ? sendJson(reply, presentFile(world, file)) : missing(reply, world);
	});

	app.get<One>('/files/:uuid/versions', (request, reply) => {
		const file = findFile(world, request.params.uuid);
		if (!file) return missing(reply, world);
		const versions = [...file.versions].reverse().map(({ uuid }) => presentFile(world, file, uuid));
		return sendJson(reply, { _count: versions.length, _embedded: { versions } });
	});

	app.patch<One>('/files/:uuid', (request, reply) => {
		const file = findFile(world, request.params.uuid);
		if (!file) throw notFound('File not found');
		const { name = file.name, version_uuid = file.current } = parseObject(request.body, PATCH, switches, (data) => {
			if (data.name === undefined && data.version_uuid === undefined) return [fieldMissing('name')];
			// One of them at a time, but the other one may stay as it was read.
			const changed = data.name !== undefined && data.name !== file.name && data.version_uuid !== undefined && data.version_uuid !== file.current;
			if (changed) return [fieldNotExpected('version_uuid')];
			const known = data.version_uuid === undefined || file.versions.some(({ uuid }) => uuid === data.version_uuid);
			return known ? [] : [notSupportedChoice('version_uuid')];
		});
		account.files.change(file, { name, current: version_uuid, updated_at: clock.seconds() });
		return sendJson(reply, presentFile(world, file));
	});

	app.delete('/files', (request, reply) => {
		requireScope(request, 'files_delete');
		for (const file of named(request)) account.files.change(file, { deleted_at: clock.seconds() });
		return switches.filesDeleteStatus === 200 ? sendJson(reply, {}) : sendNothing(reply);
	});

	app.post('/files/restore', (request, reply) => {
		const files = named(request);
		for (const file of files) account.files.change(file, { deleted_at: null });
		return sendJson(reply, { _embedded: { files: files.map((file) => presentFile(world, file)) } });
	});

	/** `[{uuid}]`; one unknown file refuses them all. */
	function named(request: FastifyRequest): FileRow[] {
		if (!Array.isArray(request.body) || request.body.length === 0) throw new ValidationProblem([{ errors: [invalidType('', 'array')] }]);
		return request.body.map((item: unknown, index) => {
			const file = findFile(world, isRecord(item) ? (scalar(item.uuid) ?? '') : '');
			if (!file) throw new ValidationProblem([{ request_id: String(index), errors: [notSupportedChoice('uuid')] }]);
			return file;
		});
	}
}

/** The contents, by links that need no token. */
export function downloadRoutes(app: FastifyInstance, world: World): void {
	type Download = { Params: { uuid: string; version?: string } };
	const send = (request: FastifyRequest<Download>, reply: FastifyReply) => {
		const file = findFile(world, request.params.uuid);
		const version = file?.versions.find(({ uuid }) => uuid === (request.params.version ?? file.current));
		if (!file || !version || file.deleted_at !== null) throw notFound('File not found');
		return reply.type(file.mime).header('content-length', version.size).send(world.storage.read(version.uuid));
	};
	app.get<Download>('/download/:account/:uuid/:name', send);
	app.get<Download>('/download/:account/:uuid/:version/:name', send);
}

function fileFilter(query: Query): (file: FileRow) => boolean {
	const filter = isRecord(query.filter) ? query.filter : {};
	const uuids = textsOf(filter.uuid)?.flatMap((text) => text.split(','));
	const name = textsOf(filter.name)?.[0]?.toLowerCase();
	const term = textsOf(filter.term)?.[0]?.toLowerCase();
	const extensions = textsOf(filter.extensions)?.map((text) => text.toLowerCase());
	const authors = intsOf(filter.created_by);
	const trashed = textsOf(filter.deleted)?.[0];
	const wantsTrashed = trashed === '1' || trashed === 'true';
	const unit = isRecord(filter.size) ? (UNITS[(scalar(filter.size.unit) ?? 'byte').toLowerCase()] ?? 1) : 1;
	const size = rangeOf(filter.size);
	const date = rangeOf(filter.date);
	const dateKey = isRecord(filter.date) && filter.date.type === 'updated_at' ? 'updated_at' : 'created_at';
	const full = (file: FileRow) => fullName(file).toLowerCase();
	return (file) =>
		(file.deleted_at !== null) === wantsTrashed &&
		(!uuids || uuids.includes(file.uuid)) &&
		(name === undefined || file.name.toLowerCase() === name || full(file) === name) &&
		(term === undefined || full(file).includes(term)) &&
		(!extensions || extensions.includes(file.extension.toLowerCase())) &&
		(!authors || authors.has(file.created_by.id)) &&
		(!size || within((file.versions.at(-1)?.size ?? 0) / unit, size)) &&
		(!date || within(file[dateKey], date));
}
