import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { hrefLinks } from '../entities/present';
import { crudRoutes, given, type CrudRequest } from '../http/crud';
import { originOf } from '../http/envelope';
import { notSupportedChoice, unprocessable, type FieldError } from '../http/problems';
import { isRecord, textsOf } from '../http/query';
import type { SourceRow } from '../store/moreRows';
import type { World } from '../world';

/** Sources of the calling integration only. facts: extended 7.3 */

const int = z.number().int();
const page = z.strictObject({ id: z.union([z.string(), int]), name: z.string(), link: z.string() });
const SOURCE = z.strictObject({
	name: z.string().min(1).max(255),
	external_id: z.string().min(1),
	pipeline_id: int.nullish(),
	default: z.boolean().optional(),
	origin_code: z.string().max(20).nullish(),
	services: z
		.array(
			z.strictObject({
				type: z.enum(['whatsapp']),
				pages: z.array(page).nullish(),
				params: z.strictObject({ waba: z.boolean().nullish(), is_supports_list_message: z.boolean().nullish() }).nullish(),
			}),
		)
		.nullish(),
	request_id: requestId,
});
const PATCH = SOURCE.partial().extend({ id: int.optional() });

export function sourceRoutes(app: FastifyInstance, world: World): void {
	const { account, switches } = world;
	const table = account.sources;
	const all = (request: FastifyRequest) => [...table.values()].filter(({ client_id }) => client_id === request.caller.integration.clientId);
	const own = (request: FastifyRequest) => all(request).filter(({ is_deleted }) => !is_deleted);
	const onlyDefault = (request: FastifyRequest, chosen: SourceRow) => {
		if (!chosen.default) return;
		for (const other of own(request)) if (other !== chosen && other.default) table.change(other, { default: false });
	};
	const check = ({ external_id, pipeline_id, origin_code }: z.infer<typeof PATCH>, request: CrudRequest, self?: SourceRow): FieldError[] => {
		const taken = own(request).some((row) => row !== self && row.external_id === external_id);
		const detail = 'Source with this external_id already exists.';
		return [
			...(taken ? [{ code: 'SourceAlreadyExists', path: 'external_id', detail }] : []),
			...(typeof pipeline_id === 'number' && !account.pipelines.has(pipeline_id) ? [notSupportedChoice('pipeline_id')] : []),
			...(typeof origin_code === 'string' && /^\d*$|["']/.test(origin_code) ? [notSupportedChoice('origin_code')] : []),
		];
	};

	crudRoutes(app, world, {
		path: '/sources',
		key: 'sources',
		admin: 'writes',
		rows: own,
		get: { absent: 204 },
		present: (row, request) => ({
			id: row.id,
			name: row.name,
			pipeline_id: row.pipeline_id,
			external_id: row.external_id,
			services: row.services,
			default: row.default,
			origin_code: row.origin_code,
			_links: hrefLinks(originOf(request), `/sources/${row.id}`),
		}),
		list: {
			unpaged: true,
			filter(query) {
				const ids = textsOf(isRecord(query.filter) ? query.filter.external_id : undefined);
				return ({ external_id }) => !ids || ids.includes(external_id);
			},
		},
		create: {
			schema: SOURCE,
			get max() {
				return switches.maxSources;
			},
			check(data, request) {
				const more = Array.isArray(request.body) ? request.body.length : 1;
				if (own(request).length + more > switches.maxSources) throw unprocessable('Sources limit reached');
				return check(data, request);
			},
			make(data, request) {
				// A deleted source that comes back keeps its id.
				const buried = all(request).find(({ is_deleted, external_id }) => is_deleted && external_id === data.external_id);
				const row = table.add({
					id: buried?.id ?? table.nextId(),
					client_id: request.caller.integration.clientId,
					name: data.name,
					external_id: data.external_id,
					pipeline_id: data.pipeline_id ?? account.mainPipeline?.id ?? 0,
					default: data.default ?? false,
					origin_code: data.origin_code ?? null,
					services: data.services ?? [],
					is_deleted: false,
				});
				onlyDefault(request, row);
				return row;
			},
		},
		update: {
			schema: PATCH,
			batch: true,
			check: (data, row, request) => check(data, request, row),
			apply(row, data, request) {
				const { pipeline_id, services } = data;
				table.change(row, { ...given(data, 'name', 'external_id', 'default', 'origin_code'), pipeline_id: pipeline_id ?? row.pipeline_id, services: services ?? row.services });
				onlyDefault(request, row);
			},
		},
		remove: {
			run: (row) => void table.change(row, { is_deleted: true, default: false }),
			batch: true,
		},
	});
}
