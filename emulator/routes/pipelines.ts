import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requestId } from '../entities/schemas';
import { localDateTime } from '../fields/dates';
import { crudRoutes, given, type CrudRequest } from '../http/crud';
import { notSupportedChoice, unprocessable, type FieldError } from '../http/problems';
import { LOST, TEXT_OF_SYSTEM, WON } from '../pipelines/system';
import type { PipelineRow, StatusRow } from '../store/rows';
import type { World } from '../world';
import { presentPipeline, presentStatus, sorted, visibleStatuses } from '../pipelines/present';

/** Pipelines and their stages; only admins write. The lists are unpaged: page and limit are ignored. facts: core 7, 3.3 */

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
const STATUS_PATCH = STATUS.partial().extend({ id: int.optional() });
const INNER_STATUS = z.strictObject({ ...statusShape, name: statusShape.name.optional(), id: int.optional() });
const PIPELINE = z.strictObject({
	name: statusShape.name,
	sort: int.optional(),
	is_main: z.boolean().optional(),
	is_unsorted_on: z.boolean().optional(),
	request_id: requestId,
	_embedded: z.strictObject({ statuses: z.array(INNER_STATUS).nullish() }).nullish(),
});
const PIPELINE_PATCH = PIPELINE.omit({ _embedded: true }).partial().extend({ id: int.optional() });

type StatusInput = z.infer<typeof INNER_STATUS>;

export function pipelineRoutes(app: FastifyInstance, world: World): void {
	const { account } = world;
	crudRoutes(app, world, {
		path: '/leads/pipelines',
		key: 'pipelines',
		admin: 'writes',
		rows: () => sorted(account.pipelines.values()),
		present: (row, request) => presentPipeline(world, request, row),
		list: { unpaged: true },
		create: {
			schema: PIPELINE,
			check: (data) => checkStatuses(data._embedded?.statuses ?? [], '_embedded.statuses.'),
			checkAll(count) {
				if (account.pipelines.size + count > MAX_PIPELINES) throw unprocessable(`Only ${MAX_PIPELINES} pipelines are allowed`);
			},
			make: (data) => addPipeline(world, data),
		},
		update: {
			schema: PIPELINE_PATCH,
			apply(row, data) {
				account.pipelines.change(row, given(data, 'name', 'sort', 'is_main', 'is_unsorted_on'));
				if (row.is_main) onlyMain(world, row);
			},
		},
		remove: { run: (row) => removePipeline(world, row), absentIsBadId: true },
	});

	const pipelineOf = ({ params }: CrudRequest) => account.pipelines.get(Number(params.pipelineId));
	const changed = (pipeline: PipelineRow) => {
		normalizeSort(pipeline);
		account.pipelines.set(pipeline.id, pipeline);
	};
	const parentOf = ({ pipeline_id }: StatusRow) => account.pipelines.get(pipeline_id) as PipelineRow;
	crudRoutes(app, world, {
		path: '/leads/pipelines/:pipelineId(^\\d+$)/statuses',
		key: 'statuses',
		admin: 'writes',
		rows(request) {
			const pipeline = pipelineOf(request);
			return pipeline && visibleStatuses(pipeline);
		},
		find: (id, { params }) => account.status(Number(params.pipelineId), id),
		present: (row, request) => presentStatus(world, request, row),
		list: { unpaged: true },
		create: {
			schema: STATUS,
			check: (data) => checkStatuses([data]),
			checkAll(count, request) {
				if ((pipelineOf(request)?.statuses.length ?? 0) + count > MAX_STATUSES) throw unprocessable(`Only ${MAX_STATUSES} statuses are allowed`);
			},
			make: (data, request) => addStatus(world, pipelineOf(request) as PipelineRow, data, request.caller.user.id),
			finish: (request) => changed(pipelineOf(request) as PipelineRow),
		},
		update: {
			schema: STATUS_PATCH,
			// Its own color stays, even one that nobody could choose: a default. facts: core 7
			check: ({ color }, row) => checkStatuses([{ color: color === row.color ? undefined : color }]),
			apply(row, data, request) {
				Object.assign(row, row.is_editable ? given(data, 'name', 'sort', 'color') : given(data, 'name'));
				describe(world, row, data, request.caller.user.id);
				changed(parentOf(row));
			},
		},
		remove: { run: (row, request) => removeStatus(world, parentOf(row), row, request.caller.user.id) },
	});
}

function removePipeline({ account }: World, pipeline: PipelineRow): void {
	for (const lead of account.leads.values()) {
		if (lead.pipeline_id === pipeline.id && !lead.is_deleted) throw unprocessable('Only pipelines without leads can be deleted');
	}
	if (account.pipelines.size === 1) throw unprocessable('The last pipeline can not be deleted');
	account.pipelines.delete(pipeline.id);
	const next = account.mainPipeline;
	if (pipeline.is_main && next) account.pipelines.change(next, { is_main: true });
}

/** Its leads move to the first stage: a change of stage like any other, with its event and its hook. */
function removeStatus({ account, clock, changes }: World, pipeline: PipelineRow, status: StatusRow, by: number): void {
	if (!status.is_editable) throw unprocessable('System statuses can not be deleted');
	pipeline.statuses = pipeline.statuses.filter((other) => other !== status);
	account.pipelines.set(pipeline.id, pipeline);
	const first = account.firstStatus(pipeline);
	if (!first) return;
	for (const row of account.leads.values()) {
		if (row.pipeline_id !== pipeline.id || row.status_id !== status.id) continue;
		const before = account.leads.change(row, { status_id: first.id, updated_at: clock.seconds(), updated_by: by });
		if (!row.is_deleted) changes.publish({ kind: 'entity', type: 'leads', action: 'update', row, before, by });
	}
}

function checkStatuses(statuses: StatusInput[], path = ''): FieldError[] {
	const at = (index: number, key: string) => (path === '' ? key : `${path}${index}.${key}`);
	return statuses.flatMap(({ color, id }, index) => [
		...(color !== undefined && !COLORS.includes(color) ? [notSupportedChoice(at(index, 'color'))] : []),
		...(id !== undefined && id !== WON && id !== LOST ? [notSupportedChoice(at(index, 'id'))] : []),
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
