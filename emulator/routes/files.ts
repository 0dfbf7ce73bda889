import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findFile } from '../drive/files';
import { requireScope } from '../http/caller';
import { sendJson, sendList, sendNothing } from '../http/envelope';
import { notFound, notSupportedChoice } from '../http/problems';
import { pagingOf, scalar, type Query } from '../http/query';
import { requireCard } from '../http/rights';
import type { LinkEnd } from '../store/links';
import { ENTITY_TYPES } from '../store/account';
import { parseBatch } from '../validation/batch';
import type { World } from '../world';

/** Files on cards. facts: extended 8 */

const FILE = z.strictObject({ file_uuid: z.string() });

type Card = { Params: { id: string; catalogId?: string } };

export function entityFileRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	for (const type of ENTITY_TYPES) {
		filesOf(`/${type}/:id(^\\d+$)/files`, ({ params }) => ({
			entity_type: type,
			card: { type, id: Number(params.id) },
			exists: account.entities(type).get(Number(params.id))?.is_deleted === false,
		}));
	}
	filesOf('/catalogs/:catalogId(^\\d+$)/:id(^\\d+$)/files', ({ params }) => ({
		entity_type: `catalogs/${params.catalogId}`,
		card: { type: 'catalog_elements', id: Number(params.id) },
		exists: account.hasElement(Number(params.catalogId), Number(params.id)),
	}));

	app.get<{ Params: { uuid: string } }>('/files/:uuid/links', (request, reply) => {
		requireScope(request, 'files');
		const { uuid } = request.params;
		if (!findFile(world, uuid)) throw notFound('File not found');
		const entities = [...account.attachments.values()]
			.filter(({ file_uuid }) => file_uuid === uuid)
			.map(({ entity_id, entity_type }) => ({ entity_id, entity_type }));
		return sendJson(reply, { file_uuid: uuid, entities });
	});

	function filesOf(path: string, cardOf: (request: FastifyRequest<Card>) => { entity_type: string; card: LinkEnd; exists: boolean }): void {
		const of = (request: FastifyRequest<Card>) => {
			requireScope(request, 'files');
			const { entity_type, card, exists } = cardOf(request);
			if (!exists) throw notFound('Entity not found');
			requireCard(world, request.method === 'GET' ? 'view' : 'edit', card, request);
			const entity_id = Number(request.params.id);
			const rows = [...account.attachments.values()].filter((row) => row.entity_type === entity_type && row.entity_id === entity_id);
			return { entity_type, entity_id, rows };
		};
		const named = (request: FastifyRequest<Card>) =>
			parseBatch(request.body, FILE, switches, ({ file_uuid }) => (findFile(world, file_uuid) ? [] : [notSupportedChoice('file_uuid')])).map(({ data }) => data.file_uuid);

		app.get<Card>(path, (request, reply) => {
			const query = request.query as Query;
			const before = Number(scalar(query.before_id) ?? Infinity);
			const { limit } = pagingOf(query);
			const rows = of(request).rows.filter(({ id }) => !(id >= before)).sort((a, b) => b.id - a.id).slice(0, limit);
			const shown = rows.map(({ id, file_uuid }) => ({ file_uuid, id }));
			return shown.length > 0 ? sendList(request, reply, 'files', shown) : sendNothing(reply);
		});

		app.put<Card>(path, (request, reply) => {
			const { entity_type, entity_id, rows } = of(request);
			for (const file_uuid of named(request)) {
				if (rows.some((row) => row.file_uuid === file_uuid)) continue;
				account.attachments.add({ id: account.attachments.nextId(), entity_type, entity_id, file_uuid });
			}
			return sendNothing(reply, 202);
		});

		app.delete<Card>(path, (request, reply) => {
			const { rows } = of(request);
			const gone = named(request);
			for (const row of rows) if (gone.includes(row.file_uuid)) account.attachments.delete(row.id);
			return sendNothing(reply, 202);
		});
	}
}
