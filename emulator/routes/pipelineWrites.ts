import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { localDateTime } from '../fields/dates';
import { requireAdmin } from '../http/caller';
import { sendJson, sendList, sendNothing } from '../http/envelope';
import { missing } from '../http/missing';
import { notSupportedChoice, unprocessable, ValidationProblem, type FieldError } from '../http/problems';
import { LOST, TEXT_OF_SYSTEM, WON } from '../pipelines/system';
import { parseBatch, parseObject } from '../validation/batch';
import type { PipelineRow, StatusRow } from '../store/rows';
import type { World } from '../world';
import { presentPipeline, presentStatus } from './pipelines';

/** Pipelines and stages, write side: admins only. facts: core 7 */

const MAX_PIPELINES = 50;
const MAX_STATUSES = 100;
const COLORS =
	'#fffeb2 #fffd7f #fff000 #ffeab2 #ffdc7f #ffce5a #ffdbdb #ffc8c8 #ff8f92 #d6eaff #c1e0ff #98cbff #ebffb1 #deff81 #87f2c0 #f9deff #f3beff #ccc8f9 #eb93ff #f2f3f4 #e6e8ea'.split(' ');

const int = z.number().int();
const level = z.enum(['newbie', 'candidate', 'master']);
const description = z.strictObject({ id: int.optional(), level, description: z.string().max(1_000).nullish() });
const statusShape = {
	name: z.string().min(1).max(255),
	sort: int.optional(),
	color: z.string().optional(),
	descriptions: z.array(description).max(3).optional(),
	request_id: requestId,
};
const STATUS = z.strictObject(statusShape);
const STATUS_PATCH = STATUS.partial();
const INNER_STATUS = z.strictObject({ ...statusShape, name: statusShape.name.optional(), id: int.optional() });
const PIPELINE = z.strictObject({
	name: statusShape.name,
	sort: int.optional(),
	is_main: z.boolean().optional(),
	is_unsorted_on: z.boolean().optional(),
	request_id: requestId,
	_embedded: z.strictObject({ statuses: z.array(INNER_STATUS).nullish() }).nullish(),
});
const PIPELINE_PATCH = PIPELINE.omit({ _embedded: true }).partial();

type StatusInput = z.infer<typeof INNER_STATUS>;

export function pipelineWriteRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	const one = '/leads/pipelines/:id(^\\d+$)';
	type One = { Params: { id: string } };
	type OneStatus = { Params: { id: string; statusId: string } };
	const pipelineOf = (request: FastifyRequest<One>) => account.pipelines.get(Number(request.params.id));

	app.post('/leads/pipelines', (request, reply) => {
		requireAdmin(request);
		const items = parseBatch(request.body, PIPELINE, world.switches, (data) => checkStatuses(data._embedded?.statuses ?? []));
		if (account.pipelines.size + items.length > MAX_PIPELINES) throw unprocessable(`Only ${MAX_PIPELINES} pipelines are allowed`);
		const rows = items.map(({ data, requestId: request_id }) => {
			const pipeline = addPipeline(world, data);
			return { ...presentPipeline(world, request, pipeline), request_id };
		});
		return sendList(request, reply, 'pipelines', rows, { total: true });
	});

	app.patch<One>(one, (request, reply) => {
		requireAdmin(request);
		const pipeline = pipelineOf(request);
		if (!pipeline) return missing(reply, world);
		const data = parseObject(request.body, PIPELINE_PATCH, world.switches);
		const { name = pipeline.name, sort = pipeline.sort, is_main = pipeline.is_main, is_unsorted_on = pipeline.is_unsorted_on } = data;
		account.pipelines.change(pipeline, { name, sort, is_main, is_unsorted_on });
		if (is_main) onlyMain(world, pipeline);
		return sendJson(reply, presentPipeline(world, request, pipeline));
	});

	app.delete<One>(one, (request, reply) => {
		requireAdmin(request);
		const pipeline = pipelineOf(request);
		if (!pipeline) throw new ValidationProblem([{ errors: [notSupportedChoice('id')] }]);
		for (const lead of account.leads.values()) {
			if (lead.pipeline_id === pipeline.id && !lead.is_deleted) throw unprocessable('Only pipelines without leads can be deleted');
		}
		if (account.pipelines.size === 1) throw unprocessable('The last pipeline can not be deleted');
		account.pipelines.delete(pipeline.id);
		const next = account.mainPipeline;
		if (pipeline.is_main && next) account.pipelines.change(next, { is_main: true });
		return sendNothing(reply);
	});

	app.post<One>(`${one}/statuses`, (request, reply) => {
		requireAdmin(request);
		const pipeline = pipelineOf(request);
		if (!pipeline) return missing(reply, world);
		const items = parseBatch(request.body, STATUS, world.switches, (data) => checkStatuses([data]).map(unprefixed));
		if (pipeline.statuses.length + items.length > MAX_STATUSES) throw unprocessable(`Only ${MAX_STATUSES} statuses are allowed`);
		const made = items.map(({ data, requestId: request_id }) => ({ row: addStatus(world, pipeline, data, request.caller.user.id), request_id }));
		normalizeSort(pipeline);
		account.pipelines.set(pipeline.id, pipeline);
		const rows = made.map(({ row, request_id }) => ({ ...presentStatus(world, request, row), request_id }));
		return sendList(request, reply, 'statuses', rows, { total: true });
	});

	app.patch<OneStatus>(`${one}/statuses/:statusId(^\\d+$)`, (request, reply) => {
		requireAdmin(request);
		const pipeline = pipelineOf(request);
		const status = account.status(Number(request.params.id), Number(request.params.statusId));
		if (!pipeline || !status) return missing(reply, world);
		const data = parseObject(request.body, STATUS_PATCH, world.switches, (input) => checkStatuses([input]).map(unprefixed));
		status.name = data.name ?? status.name;
		if (status.is_editable) {
			status.sort = data.sort ?? status.sort;
			status.color = data.color ?? status.color;
		}
		describe(world, status, data, request.caller.user.id);
		if (data.sort !== undefined) normalizeSort(pipeline);
		account.pipelines.set(pipeline.id, pipeline);
		return sendJson(reply, presentStatus(world, request, status));
	});

	app.delete<OneStatus>(`${one}/statuses/:statusId(^\\d+$)`, (request, reply) => {
		requireAdmin(request);
		const pipeline = pipelineOf(request);
		const status = account.status(Number(request.params.id), Number(request.params.statusId));
		if (!pipeline || !status) return missing(reply, world);
		if (!status.is_editable) throw unprocessable('System statuses can not be deleted');
		pipeline.statuses = pipeline.statuses.filter((other) => other !== status);
		account.pipelines.set(pipeline.id, pipeline);
		const first = account.firstStatus(pipeline);
		for (const lead of account.leads.values()) {
			if (lead.pipeline_id === pipeline.id && lead.status_id === status.id && first) account.leads.change(lead, { status_id: first.id });
		}
		return sendNothing(reply);
	});
}

const unprefixed = (error: FieldError): FieldError => ({ ...error, path: error.path.replace(/^_embedded\.statuses\.\d+\./, '') });

function checkStatuses(statuses: StatusInput[]): FieldError[] {
	return statuses.flatMap(({ color, id }, index) => [
		...(color !== undefined && !COLORS.includes(color) ? [notSupportedChoice(`_embedded.statuses.${index}.color`)] : []),
		...(id !== undefined && id !== WON && id !== LOST ? [notSupportedChoice(`_embedded.statuses.${index}.id`)] : []),
	]);
}

function addPipeline(world: World, data: z.infer<typeof PIPELINE>): PipelineRow {
	const { account } = world;
	const id = account.pipelines.nextId();
	const names = TEXT_OF_SYSTEM[account.language];
	const system = (statusId: number, name: string, sort: number, color: string, type: 0 | 1 = 0): StatusRow => {
		return { id: statusId, name, sort, is_editable: false, pipeline_id: id, color, type, descriptions: [] };
	};
	const inputs = data._embedded?.statuses ?? [];
	const renamed = (statusId: number, name: string) => inputs.find((input) => input.id === statusId)?.name ?? name;
	const pipeline = account.pipelines.add({
		id,
		name: data.name,
		sort: data.sort ?? 100,
		is_main: data.is_main ?? false,
		is_unsorted_on: data.is_unsorted_on ?? true,
		is_archive: false,
		statuses: [
			system(account.nextSmallId(), names.unsorted, 10, '#c1c1c1', 1),
			system(WON, renamed(WON, names.won), 10_000, '#CCFF66'),
			system(LOST, renamed(LOST, names.lost), 11_000, '#D5D8DB'),
		],
	});
	for (const input of inputs) if (input.id === undefined) addStatus(world, pipeline, input, 0);
	// amoCRM always keeps at least one ordinary stage for new leads to land on.
	if (!pipeline.statuses.some(({ is_editable }) => is_editable)) addStatus(world, pipeline, { name: names.first }, 0);
	normalizeSort(pipeline);
	account.pipelines.set(id, pipeline);
	if (pipeline.is_main) onlyMain(world, pipeline);
	return pipeline;
}

function addStatus(world: World, pipeline: PipelineRow, input: StatusInput, by: number): StatusRow {
	const status: StatusRow = {
		id: world.account.nextSmallId(),
		name: input.name ?? '',
		sort: input.sort ?? 9_000,
		is_editable: true,
		pipeline_id: pipeline.id,
		color: input.color ?? '#fffeb2',
		type: 0,
		descriptions: [],
	};
	pipeline.statuses.push(status);
	describe(world, status, input, by);
	return status;
}

/** Asked 100 and 200, stored 20 and 30: own stages are renumbered by tens after "incoming leads". */
function normalizeSort({ statuses }: PipelineRow): void {
	const own = statuses.filter(({ is_editable }) => is_editable).sort((a, b) => a.sort - b.sort);
	own.forEach((status, index) => {
		status.sort = 20 + index * 10;
	});
}

function onlyMain({ account }: World, main: PipelineRow): void {
	for (const other of account.pipelines.values()) if (other !== main && other.is_main) account.pipelines.change(other, { is_main: false });
}

/** One description per level; a level without a text deletes it. */
function describe({ account, clock }: World, status: StatusRow, { descriptions = [] }: StatusInput, by: number): void {
	const now = localDateTime(clock.seconds(), account.info.timezone);
	for (const { level: wanted, description: text } of descriptions) {
		const old = status.descriptions.find((entry) => entry.level === wanted);
		status.descriptions = status.descriptions.filter((entry) => entry !== old);
		if (!text) continue;
		const stamps = { created_at: old?.created_at ?? now, created_by: old?.created_by ?? by, updated_at: now, updated_by: by };
		status.descriptions.push({ id: old?.id ?? account.nextSmallId(), level: wanted, description: text, ...stamps });
	}
}
