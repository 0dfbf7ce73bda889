import type { FastifyRequest } from 'fastify';
import { hrefLinks } from '../entities/present';
import { originOf } from '../http/envelope';
import { withOf, type Query } from '../http/query';
import { omit } from '../omit';
import type { PipelineRow, StatusRow } from '../store/rows';
import type { World } from '../world';

/** Read models of pipelines and stages. facts: core 7 */

export const sorted = <T extends { sort: number; id: number }>(rows: Iterable<T>): T[] =>
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
