import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { originOf, sendJson, sendList } from '../http/envelope';
import { missing } from '../http/missing';
import { withOf, type Query } from '../http/query';
import { omit } from '../omit';
import type { PipelineRow, StatusRow } from '../store/rows';
import type { World } from '../world';

/** Pipelines and their stages, read side. Unpaged: page and limit are ignored. facts: core 7, 3.3 */
export function pipelineRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;

	app.get('/leads/pipelines', (request, reply) => {
		const rows = sorted([...account.pipelines.values()]).map((row) => presentPipeline(world, request, row));
		return sendList(request, reply, 'pipelines', rows, { total: true });
	});

	app.get<{ Params: { id: string } }>('/leads/pipelines/:id(^\\d+$)', (request, reply) => {
		const pipeline = account.pipelines.get(Number(request.params.id));
		return pipeline ? sendJson(reply, presentPipeline(world, request, pipeline)) : missing(reply, world);
	});

	app.get<{ Params: { id: string } }>('/leads/pipelines/:id(^\\d+$)/statuses', (request, reply) => {
		const pipeline = account.pipelines.get(Number(request.params.id));
		if (!pipeline) return missing(reply, world);
		const rows = visibleStatuses(pipeline).map((status) => presentStatus(world, request, status));
		return sendList(request, reply, 'statuses', rows, { total: true });
	});

	app.get<{ Params: { id: string; statusId: string } }>(
		'/leads/pipelines/:id(^\\d+$)/statuses/:statusId(^\\d+$)',
		(request, reply) => {
			const status = account.status(Number(request.params.id), Number(request.params.statusId));
			return status ? sendJson(reply, presentStatus(world, request, status)) : missing(reply, world);
		},
	);
}

export const sorted = <T extends { sort: number; id: number }>(rows: T[]): T[] =>
	[...rows].sort((a, b) => a.sort - b.sort || a.id - b.id);

/** "Incoming leads" is left out where it is switched off. facts: core 7 */
export const visibleStatuses = (pipeline: PipelineRow): StatusRow[] =>
	sorted(pipeline.statuses).filter(({ type }) => type !== 1 || pipeline.is_unsorted_on);

export function presentPipeline(world: World, request: FastifyRequest, pipeline: PipelineRow) {
	return {
		...omit(pipeline, 'statuses'),
		account_id: world.account.info.id,
		_links: hrefLinks(originOf(request), `/leads/pipelines/${pipeline.id}`),
		_embedded: { statuses: visibleStatuses(pipeline).map((status) => presentStatus(world, request, status)) },
	};
}

export function presentStatus(world: World, request: FastifyRequest, status: StatusRow) {
	const { descriptions, ...own } = status;
	const account_id = world.account.info.id;
	const full = descriptions.map((entry) => ({ ...entry, account_id, pipeline_id: status.pipeline_id, status_id: status.id }));
	return {
		...own,
		account_id,
		_links: hrefLinks(originOf(request), `/leads/pipelines/${status.pipeline_id}/statuses/${status.id}`),
		...(withOf(request.query as Query).has('descriptions') ? { descriptions: full } : {}),
	};
}
