import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { World } from './world';
import { byId, FAST, openWorld } from './world';

/** One workflow filled with names only, in two accounts whose IDs have nothing in common. */

let worlds: World[];

beforeAll(async () => {
	worlds = await Promise.all([openWorld(), openWorld()]);
	const [, other] = worlds as [World, World];
	// The second account has had others before.
	for (const name of ['Старая', 'Ещё старее']) await furnish(other, `${name} `);
	for (const world of worlds) await furnish(world, '');
	for (const { emulator } of worlds) emulator.log.clear();
});
afterAll(async () => await Promise.all(worlds.map(async (world) => await world.close())));

const rowsOf = async (world: World, resource: string, operation: string, parameters: INodeParameters): Promise<IDataObject[]> => {
	const { error, rows } = await world.run({ resource, operation, options: FAST, ...parameters });
	if (error) throw error;
	return rows.map(({ json }) => json);
};

async function furnish(world: World, prefix: string): Promise<void> {
	const make = async (resource: string, parameters: INodeParameters) => await rowsOf(world, resource, 'create', parameters);
	const stages = ['Переговоры', 'Договор'].map((name) => ({ name, color: '#fffeb2' }));
	await make('pipeline', { name: `${prefix}Опт и розница`, additionalFields: { stages: { stage: stages } } });
	await make('lossReason', { name: `${prefix}Дорого, долго` });
	await make('catalog', { name: `${prefix}Материалы` });
	await make('user', { name: `${prefix}Ольга Ким`, email: `${prefix.length}olga@example.com`, password: 'Secret1x' });
	await make('customField', { entityType: 'leads', name: `${prefix}Город доставки`, type: 'text' });
	await make('customFieldGroup', { entityType: 'leads', name: `${prefix}Доставка` });
}

/** What is done by names; a row may name records by IDs that differ from account to account. */
const STEPS: Array<[resource: string, operation: string, parameters: INodeParameters]> = [
	['lead', 'create', { name: 'Дом', additionalFields: { pipelineId: byId('опт  и розница'), statusId: 'переговоры', responsibleUserId: byId('0olga@example.com'), createdBy: byId('Ольга Ким') } }],
	['lead', 'create', { name: 'Дача', additionalFields: { statusId: 'Опт и розница/Договор', responsibleUserId: byId(' ольга ким ') } }],
	['lead', 'update', { leadId: byId('={{ $json.lead }}'), updateFields: { statusId: '={{ $json.lost }}', lossReasonId: 'Дорого, долго', customFieldsToClear: ['город доставки'] } }],
	['lead', 'getAll', { returnAll: true, filters: { pipelineIds: ['Опт и розница'], responsibleUserIds: '={{ "Ольга Ким, 0olga@example.com" }}', createdByIds: ['Ольга Ким'] } }],
	['lead', 'getAll', { returnAll: true, filters: { statusIds: ['={{ $json.lost }}'], pipelineIds: '={{ "Опт и розница" }}' } }],
	['lead', 'getAll', { returnAll: true, filters: { customFields: { field: [{ fieldId: 'Город доставки', comparison: '={{ "Is" }}', value: 'Тверь' }] } } }],
	['catalogElement', 'create', { catalogId: byId('материалы'), name: 'Доска' }],
	['task', 'create', { text: 'Позвонить', completeTill: '2030-01-01T10:00:00Z', additionalFields: { responsibleUserId: byId('Ольга Ким'), entityType: '={{ "Lead" }}', entityId: byId('={{ $json.lead }}') } }],
	['customField', 'create', { entityType: 'leads', name: 'Этаж', type: 'numeric', additionalFields: { groupId: byId('Доставка'), requiredStatuses: ['Опт и розница / Договор'] } }],
	['pipelineStage', 'getAll', { pipelineId: byId('ОПТ И РОЗНИЦА') }],
];

test('names do in every account what the IDs of its own would do', async () => {
	const done = await Promise.all(
		worlds.map(async (world) => {
			const { account } = world.emulator;
			const seen: unknown[] = [];
			let lead: unknown;
			for (const [resource, operation, parameters] of STEPS) {
				const pipeline = [...account.pipelines.values()].find(({ name }) => name === 'Опт и розница');
				const lost = pipeline?.statuses.find(({ id }) => id === 143)?.name ?? '';
				const { error, rows } = await world.run({ resource, operation, options: FAST, ...parameters }, { items: [{ lead: lead as number, lost }] });
				if (error) throw error;
				lead ??= rows[0]?.json.id;
				const stageOf = ({ status_id: id }: IDataObject) => pipeline?.statuses.find((status) => status.id === id)?.name;
				seen.push([resource, operation, rows.map(({ json }) => [json.name ?? json.text, json.pipeline_id === pipeline?.id, stageOf(json), account.users.get(Number(json.responsible_user_id))?.name])]);
			}
			const posted = world.requests('POST', '/leads')[0]?.body as IDataObject[];
			return { seen, ids: [posted[0]?.pipeline_id, posted[0]?.status_id, posted[0]?.responsible_user_id] };
		}),
	);
	expect(done[0]?.seen).toEqual(done[1]?.seen);
	expect(done[0]?.seen).toMatchSnapshot();
	done[0]?.ids.forEach((id, index) => {
		expect(id).toEqual(expect.any(Number));
		expect(id).not.toBe(done[1]?.ids[index]);
	});
});

test('a thousand names cost one list, IDs none', async () => {
	const [world] = worlds as [World];
	const [pipeline] = [...world.emulator.account.pipelines.values()];
	const create = async (id: string, statusId: unknown, user: unknown) => {
		world.emulator.log.clear();
		const { error } = await world.run(
			{ resource: 'lead', operation: 'create', name: 'x', additionalFields: { statusId: '={{ $json.stage }}', responsibleUserId: byId('={{ $json.user }}') }, options: { ...FAST, batchSize: 250 } },
			{ items: Array.from({ length: 1_000 }, () => ({ stage: statusId, user }) as IDataObject), account: { ...world.account, id } },
		);
		if (error) throw error;
		return world.emulator.log.entries.map(({ method, path }) => `${method} ${path.replace('/api/v4', '')}`).sort();
	};
	const writes = Array.from({ length: 4 }, () => 'POST /leads');
	const [user] = [...world.emulator.account.users.values()];
	expect(await create('by-ids', `${pipeline?.id}:142`, user?.id)).toEqual(writes);
	expect(await create('by-names', 'Договор', user?.name)).toEqual(['GET /leads/pipelines', 'GET /users', ...writes]);
});

test.each<[string, INodeParameters, RegExp]>([
	['a stage of another pipeline', { pipelineId: byId('Опт и розница'), statusId: 'Первичный контакт' }, /^'Stage': the stage is '.+ \/ Первичный контакт', but 'Pipeline' says 'Опт и розница'\. Choose one of its stages: .*Переговоры/],
	['an unknown stage', { statusId: 'Переговори' }, /^'Stage': there is no stage 'Переговори'\. Give the name or the ID of one of: (?:Продажи|Опт и розница) \/ Переговоры/],
	['an unknown user', { responsibleUserId: byId('Ольга') }, /^'Responsible User': there is no user 'Ольга'\. Give the name or the ID of one of: .*Ольга Ким/],
	['a user of a name that several have', { responsibleUserId: byId('Двойник') }, /^'Responsible User': 'Двойник' may mean several: Двойник \(\d+\), Двойник \(\d+\)\. Give an ID/],
])('%s is told in names', async (_what, additionalFields, message) => {
	const [world] = worlds as [World];
	const twins = [...world.emulator.account.users.values()].filter(({ name }) => name === 'Двойник');
	for (let n = twins.length; n < 2; n += 1) await rowsOf(world, 'user', 'create', { name: 'Двойник', email: `twin${n}@example.com`, password: 'Secret1x' });
	const { error } = await world.run({ resource: 'lead', operation: 'create', name: 'x', additionalFields });
	expect(error?.message).toMatch(message);
});
