import { setTimeout as sleep } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';

import { prepareAct } from '../../emulator/testing/acts';
import { openBench } from '../../emulator/testing/client';
import type { WebhookRow } from '../../emulator/store/moreRows';
import { codesOf, HOOK_EVENTS } from '../../nodes/AmoCrm/fields/hookEvents';
import type { TriggerHost } from './triggerHost';
import { openTriggerHost } from './triggerHost';
import type { World } from './world';
import { openWorld } from './world';

/** The trigger on n8n's own core, against the emulated account: subscription, deliveries, options. */

let world: World;
let host: TriggerHost;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
});
afterAll(async () => await world.close());

async function start(parameters: INodeParameters): Promise<void> {
	host = await openTriggerHost(world.account, parameters);
	await host.activate();
}
afterEach(async () => {
	for (const hook of hooks()) world.emulator.account.webhooks.delete(hook.id);
	world.emulator.faults.clear();
	world.emulator.log.clear();
	await host.close();
});

const hooks = (): WebhookRow[] => [...world.emulator.account.webhooks.values()];
const ui = () => world.emulator.ui;
const settled = async () => {
	await world.emulator.deliveries.settled();
	await host.settled();
};
const otherUser = () => [...world.emulator.account.users.keys()][1] as number;

function foreign(destination: string): WebhookRow {
	const { webhooks } = world.emulator.account;
	return webhooks.add({ id: webhooks.nextId(), destination, settings: ['add_lead'], sort: 10, disabled: false, created_at: 1, updated_at: 1, created_by: 1 });
}

describe('the subscription', () => {
	test('is made for this URL with a key, kept as it is, and removed', async () => {
		const stranger = foreign('https://example.com/hook');
		await start({ events: ['add_lead', 'status_lead'] });
		const [own] = hooks().filter(({ id }) => id !== stranger.id);
		expect(own?.settings).toEqual(['add_lead', 'status_lead']);
		expect(own?.destination).toMatch(new RegExp(`^${host.url}/webhook/[0-9a-f-]{36}/webhook\\?key=[\\w-]{32}$`));

		world.emulator.log.clear();
		await host.activate();
		expect(world.requests('POST', '/webhooks')).toHaveLength(0);
		expect(hooks().map(({ id }) => id).sort()).toEqual([stranger.id, own?.id].sort());

		await host.deactivate();
		expect(hooks()).toEqual([stranger]);
		await host.deactivate();
		expect(hooks()).toEqual([stranger]);
	});

	test.each<[string, (hook: WebhookRow) => void]>([
		['was switched off by amoCRM', (hook) => world.emulator.account.webhooks.change(hook, { disabled: true })],
		['is for other events', (hook) => world.emulator.account.webhooks.change(hook, { settings: ['add_lead'] })],
		['is gone', (hook) => world.emulator.account.webhooks.delete(hook.id)],
	])('is repaired at the start of n8n when it %s', async (_name, spoil) => {
		await start({ events: ['add_lead', 'update_lead'] });
		const [before] = hooks();
		const { destination } = before as WebhookRow;
		spoil(before as WebhookRow);
		await host.restart();
		expect(hooks()).toMatchObject([{ destination, disabled: false, settings: ['add_lead', 'update_lead'] }]);
	});

	test('stays as it is when amoCRM is down at the start of n8n', async () => {
		await start({ events: ['add_lead'] });
		const before = hooks();
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/webhooks', action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await host.restart();
		expect(hooks()).toEqual(before);
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/webhooks', action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await expect(host.activate()).rejects.toThrow('manage webhooks');
	});

	test('is not doubled when n8n has lost its memory', async () => {
		await start({ events: ['add_lead'] });
		host.forget();
		await host.activate();
		expect(hooks()).toHaveLength(1);
		await ui().create('leads', { name: 'x' });
		await settled();
		expect(host.executions).toHaveLength(1);
	});

	test('knows a delivery that comes while n8n still saves the key', async () => {
		host = await openTriggerHost(world.account, { events: ['add_lead'] });
		host.saving = async () => {
			if (hooks().length === 0 || host.executions.length > 0) return;
			expect(host.memory().key).toBeUndefined();
			await ui().create('leads', { name: 'early' });
			await settled();
		};
		await host.activate();
		expect(host.last()).toMatchObject([{ event: 'add_lead', name: 'early' }]);
		expect(world.emulator.deliveries.log.at(-1)).toMatchObject({ status: 200, attempt: 1 });
	});

	test('takes codes that are typed', async () => {
		await start({ events: ['add_lead'], options: { otherEvents: 'note_lead, add_lead ,add_task' } });
		expect(hooks()[0]?.settings).toEqual(['add_lead', 'note_lead', 'add_task']);
	});

	test('is understood as a list and as a map', async () => {
		expect([codesOf(['a', 'b']), codesOf({ a: 1, b: true, c: 0 }), codesOf(undefined)]).toEqual([['a', 'b'], ['a', 'b'], []]);
		world.emulator.switches.webhookSettingsShape = 'map';
		await start({ events: ['add_lead'] });
		world.emulator.switches.webhookSettingsShape = 'array';
		expect(hooks()).toHaveLength(1);
	});
});

describe('what is refused with a clear error', () => {
	const failing = async (parameters: INodeParameters = { events: ['add_lead'] }, publicUrl?: string) => {
		host = await openTriggerHost(world.account, parameters, publicUrl);
		return await host.activate().then(
			() => undefined,
			(error: Error & { description?: string }) => error,
		);
	};
	const refuse = (status: number, detail: string) =>
		world.emulator.faults.add({ method: 'POST', path: '/api/v4/webhooks', action: { kind: 'status', status, body: { title: 'x', status, detail } } });

	test('no rights', async () => {
		refuse(403, 'Forbidden');
		const error = await failing();
		expect(error?.message).toContain('manage webhooks');
		expect(error?.description).toContain('administrator');
	});

	test('no such thing in the plan', async () => {
		refuse(402, 'Payment Required');
		expect((await failing())?.message).toContain('plan');
	});

	test('the limit of 100', async () => {
		const strangers = Array.from({ length: 100 }, (_, index) => foreign(`https://example.com/${index}`));
		expect((await failing())?.message).toContain('already has 100 webhooks');
		expect(hooks()).toEqual(strangers);
	});

	test('an event that the account does not know', async () => {
		expect((await failing({ events: ['add_lead'], options: { otherEvents: 'add_call' } }))?.message).toContain('add_call');
	});

	test.each<[INodeParameters, string]>([
		[{ events: '={{ [{ a: 1 }] }}' }, `'Events': '{"a":1}' is not possible. Give the name or the code of an event such as add_lead.`],
		[{ events: ['add_lead'], options: { pipelineIds: '={{ [{ id: 5 }] }}' } }, `'Pipeline': '{"id":5}' is not a whole number.`],
		[{ events: ['add_lead'], options: { stageIds: ['Won'] } }, "'Stage': there is no stage 'Won'. Give the name or the ID of one of: "],
		[{ events: ['add_lead'], options: { responsibleUserIds: '={{ ["Olga"] }}' } }, "'Responsible User': there is no user 'Olga'. Give"],
		[{ events: ['add_lead'], options: { changedFields: ['Prize'] } }, "'Only if Changed': there is no field 'Prize'. Give"],
		[{ events: ['add_lead'], options: { loadFullRecord: true, with: '={{ ["everything"] }}' } }, "'Include': 'everything' is not possible."],
		[{ events: ['add_lead'], options: { ignoreOwnChanges: '={{ "maybe" }}' } }, "'Ignore Own Changes': 'maybe' is neither yes nor no."],
		[{ mode: 'digitalPipeline', options: { pipelineIds: ['Salez'] } }, "'Pipeline': there is no pipeline 'Salez'. Give"],
	])('an option that would keep everything out: %j', async (parameters, message) => {
		expect((await failing(parameters))?.message).toContain(message);
		expect(hooks()).toEqual([]);
	});

	test('an account that amoCRM does not name', async () => {
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/account', action: { kind: 'status', status: 200, body: { status: 402 } } });
		expect((await failing())?.message).toMatch(/amoCRM/);
		expect(host.memory().accountId).toBeUndefined();
		expect(hooks()).toEqual([]);
	});

	test('no event at all', async () => {
		expect((await failing({ events: [] }))?.message).toContain("'Events'");
	});

	test('an n8n that amoCRM cannot reach', async () => {
		host = await openTriggerHost({ ...world.account, domain: 'acme.amocrm.ru' }, { events: ['add_lead'] });
		await expect(host.activate()).rejects.toMatchObject({ message: 'amoCRM cannot reach this n8n at localhost', description: expect.stringContaining('WEBHOOK_URL') });
	});
});

describe('a delivery', () => {
	const post = async (body: string, destination = hooks()[0]?.destination as string) =>
		await fetch(destination, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
	const account = () => `account[id]=${world.emulator.account.info.id}&account[subdomain]=demo`;

	test('gives one flat row for every record, with names, ISO dates and custom fields by name', async () => {
		await start({ events: ['add_lead'] });
		const fields = [...world.emulator.account.customFields.values()];
		const field = (type: string) => fields.find((candidate) => candidate.type === type && candidate.owner === 'leads');
		const [text, checkbox, date, number] = ['text', 'checkbox', 'date', 'numeric'].map(field);
		ui().create('leads', {
			name: '42',
			price: 1500,
			_embedded: { tags: [{ name: 'vip' }] },
			custom_fields_values: [
				{ field_id: text?.id, values: [{ value: '1' }] },
				{ field_id: checkbox?.id, values: [{ value: false }] },
				{ field_id: date?.id, values: [{ value: 1_767_225_600 }] },
				{ field_id: number?.id, values: [{ value: '15' }] },
			],
		});
		await settled();
		expect(host.last()).toHaveLength(1);
		expect(host.last()[0]).toMatchObject({
			event: 'add_lead',
			entity: 'lead',
			action: 'add',
			id: expect.any(Number),
			name: '42',
			price: 1500,
			pipeline: expect.any(String),
			stage: expect.any(String),
			responsible_user: expect.any(String),
			created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			tags: ['vip'],
			[String(text?.name)]: '1',
			[String(checkbox?.name)]: false,
			[String(date?.name)]: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
			[String(number?.name)]: 15,
		});
	});

	test('stays as amoCRM gave it without Simplify, typed, with custom fields in the shape of v4', async () => {
		await start({ events: ['add_contact'], simplify: false });
		ui().create('contacts', { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+1555', enum_code: 'MOB' }] }] });
		await settled();
		expect(host.last()).toMatchObject([
			{
				event: 'add_contact',
				account: { id: world.emulator.account.info.id },
				data: { name: 'Ann', type: 'contact', custom_fields_values: [{ field_code: 'PHONE', field_type: 'multitext', values: [{ value: '+1555', enum_code: 'MOB', enum_id: expect.any(Number) }] }] },
			},
		]);
	});

	test('of a mass edit loses nothing', async () => {
		await start({ events: ['add_lead'] });
		await fetch(`${world.emulator.url}/api/v4/leads`, {
			method: 'POST',
			headers: { authorization: `Bearer ${world.account.accessToken}`, 'content-type': 'application/json' },
			body: JSON.stringify(Array.from({ length: 30 }, (_, index) => ({ name: `n${index}` }))),
		});
		await settled();
		expect(host.executions).toHaveLength(1);
		expect(host.last().map(({ name }) => name)).toEqual(Array.from({ length: 30 }, (_, index) => `n${index}`));
		expect(host.executions[0]?.rows.map(({ pairedItem }) => pairedItem)).toEqual(Array.from({ length: 30 }, (_, item) => ({ item })));
	});

	test.each([
		['no key', (url: string) => url.replace(/\?.*/, ''), account],
		['a wrong key', (url: string) => `${url}x`, account],
		['an empty key', (url: string) => url.replace(/key=.*/, 'key='), account],
		['another account', (url: string) => url, () => 'account[id]=1&account[subdomain]=demo'],
		['another subdomain', (url: string) => url, () => 'account[subdomain]=evil'],
		['no account', (url: string) => url, () => ''],
	])('with %s is answered 403 and starts nothing', async (_name, change, sender) => {
		await start({ events: ['add_lead'] });
		const answer = await post(`leads[add][0][id]=1&${sender()}`, change(hooks()[0]?.destination as string));
		await settled();
		expect([answer.status, host.executions.length]).toEqual([403, 0]);
	});

	test('with the right key starts, whatever it says', async () => {
		await start({ events: ['add_lead'] });
		const answer = await post(`rockets[launch][0][id]=1&__proto__[x]=1&${account()}`);
		await settled();
		expect(answer.status).toBe(200);
		expect(host.last()).toEqual([{ event: 'unknown', entity: '', action: '', account: { id: world.emulator.account.info.id, subdomain: 'demo' }, data: { rockets: { launch: [{ id: '1' }] } } }]);
	});

	const FORM = 'application/x-www-form-urlencoded';
	const deep = (levels: number) => `{"leads":${'['.repeat(levels)}1${']'.repeat(levels)}}`;
	const ODD: Array<[status: number, body: string | FormData | undefined, type: string | undefined]> = [
		...[undefined, FORM, 'application/json', 'text/plain', 'application/octet-stream'].map((type): [number, string, string | undefined] => [200, '', type]),
		[200, 'null', 'application/json'],
		[200, '[]', 'application/json'],
		[200, '{}', 'application/json'],
		[200, '&&', FORM],
		[400, '[{"leads":{}}]', 'application/json'],
		[400, '"hello"', 'application/json'],
		[400, '5', 'application/json'],
		[400, '{"a":1}', 'application/json'],
		[400, 'hello', 'text/plain'],
		[400, 'hello', FORM],
		[400, '{"leads":{"add":[{"id":1}]}}', FORM],
		[400, 'leads[add][0][id]=1', 'application/octet-stream'],
		[400, new FormData(), undefined],
		[413, 'a[]=1&'.repeat(100_001), FORM],
		[413, deep(5_000), 'application/json'],
	];

	test.each(['account', 'digitalPipeline'])('that is none starts nothing and fails nothing, in the mode %s', async (mode) => {
		await start({ mode, events: ['add_lead'] });
		const url = mode === 'account' ? (hooks()[0]?.destination as string) : `${host.url}/webhook/x/y`;
		const answers: unknown[] = [];
		for (const [, body, type] of ODD) {
			const { status } = await fetch(url, { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
			answers.push([status, String(body).slice(0, 40), type]);
		}
		await settled();
		expect(answers).toEqual(ODD.map(([status, body, type]) => [status, String(body).slice(0, 40), type]));
		expect(host.executions).toEqual([]);
	});

	test('with a form of another type of content is read', async () => {
		await start({ events: ['add_lead'] });
		const answer = await fetch(hooks()[0]?.destination as string, { method: 'POST', body: `leads[add][0][id]=9&${account()}`, headers: { 'content-type': 'text/plain' } });
		await settled();
		expect([answer.status, host.last()]).toMatchObject([200, [{ event: 'add_lead', id: 9 }]]);
	});

	test('with more keys than n8n parses is read whole', async () => {
		await start({ events: ['update_lead'], simplify: false });
		const rows = Array.from({ length: 400 }, (_, index) => `leads[update][${index}][id]=${index + 1}&leads[update][${index}][name]=n&leads[update][${index}][price]=${index}`);
		await post(`${rows.join('&')}&${account()}`);
		await settled();
		expect(host.last()).toHaveLength(400);
		expect(host.last().at(-1)).toMatchObject({ data: { id: 400, price: 399 } });
	});

	test('that comes again is dropped, unless it is to be kept', async () => {
		const body = `leads[update][0][id]=77&leads[update][0][updated_at]=${Date.now()}&${account()}`;
		await start({ events: ['update_lead'] });
		await post(body);
		await settled();
		expect((await post(body)).status).toBe(200);
		await settled();
		expect(host.executions).toHaveLength(1);
		host.configure({ events: ['update_lead'], options: { keepRepeated: true } });
		await post(body);
		await settled();
		expect(host.executions).toHaveLength(2);
	});

	test('without a moment is never taken for a repeated one', async () => {
		await start({ events: ['delete_lead'] });
		for (let index = 0; index < 2; index += 1) {
			await post(`leads[delete][0][id]=78&${account()}`);
			await settled();
		}
		expect(host.executions).toHaveLength(2);
	});
});

describe('every event', () => {
	let bench: Awaited<ReturnType<typeof openBench>>;
	beforeAll(async () => {
		bench = await openBench();
	});
	afterAll(async () => await bench.close());

	test.each(HOOK_EVENTS.map(({ code }) => code))('%s', async (code) => {
		const { ids, act } = await prepareAct(bench, code);
		const token = bench.emulator.issueToken();
		host = await openTriggerHost({ domain: bench.emulator.url, ...token }, { events: [code] });
		await host.activate();
		await act();
		await bench.emulator.deliveries.settled();
		await host.settled();
		expect(host.executions).toHaveLength(1);
		const [row] = host.last();
		const [, entity] = /^[a-z]+_(.*)$/.exec(code) ?? [];
		expect(row).toMatchObject({ event: code, entity, action: code.split('_')[0] });
		const record = { lead: ids.leads, contact: ids.contacts, company: ids.companies, customer: ids.customers, task: ids.task, catalog: ids.element }[entity ?? ''];
		const isNew = code.startsWith('add_');
		if (record !== undefined) expect(row).toMatchObject(code.startsWith('note_') ? { entity_id: record } : isNew ? { id: expect.any(Number) } : { id: record });
		for (const [key, value] of Object.entries(row ?? {})) {
			// Nothing that is a number, a moment or a yes/no is left as a text.
			if (/(^id|_id|_by|^price)$/.test(key) && !/^(chat_id|template_id)$/.test(key) && !/message/.test(code)) expect([key, typeof value === 'number' || value === null]).toEqual([key, true]);
			if (/_at$/.test(key)) expect([key, value]).toEqual([key, expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)]);
			if (/^is_/.test(key)) expect([key, typeof value]).toEqual([key, 'boolean']);
		}
		await host.deactivate();
		expect([...bench.emulator.account.webhooks.values()]).toEqual([]);
	});
});

describe('options', () => {
	test('pipelines, stages and responsible users keep the others out', async () => {
		const [pipeline] = [...world.emulator.account.pipelines.values()];
		await start({ events: ['status_lead'], options: { stageIds: [`${pipeline?.id}:142`] } });
		const lead = ui().create('leads', { name: 'x', pipeline_id: pipeline?.id });
		ui().update('leads', lead.id, { status_id: 143 });
		await settled();
		expect(host.executions).toHaveLength(0);
		ui().update('leads', lead.id, { status_id: 142 });
		await settled();
		expect(host.last()).toMatchObject([{ event: 'status_lead', status_id: 142, old_status_id: 143 }]);

		host.configure({ events: ['status_lead'], options: { pipelineIds: [1], responsibleUserIds: [] } });
		ui().update('leads', lead.id, { status_id: 143 });
		await settled();
		host.configure({ events: ['status_lead'], options: { responsibleUserIds: [otherUser()] } });
		ui().update('leads', lead.id, { status_id: 142 });
		await settled();
		expect(host.executions).toHaveLength(1);
		ui().update('leads', lead.id, { responsible_user_id: otherUser(), status_id: 143 });
		await settled();
		expect(host.executions).toHaveLength(2);
	});

	test('names do as IDs do; they are looked for when the workflow goes live, not at a delivery', async () => {
		const { pipelines, users } = world.emulator.account;
		const [pipeline] = [...pipelines.values()];
		const won = pipeline?.statuses.find(({ id }) => id === 142)?.name ?? '';
		const other = users.get(otherUser())?.name ?? '';
		world.emulator.log.clear();
		await start({ events: ['Lead: Stage Changed'], options: { pipelineIds: `={{ ${JSON.stringify(pipeline?.name.toUpperCase())} }}`, stageIds: [won], responsibleUserIds: [`  ${other} `], changedFields: ['Lead: Source'], loadFullRecord: false, keepRepeated: true } });
		// Another test may just have read them.
		expect(world.requests('GET', '/leads/pipelines').length).toBeLessThanOrEqual(1);
		expect(world.requests('GET', '/users').length).toBeLessThanOrEqual(1);
		const lead = ui().create('leads', { name: 'x', pipeline_id: pipeline?.id, responsible_user_id: otherUser() });
		const own = ui().create('leads', { name: 'x', pipeline_id: pipeline?.id });
		for (const id of [lead.id, own.id]) ui().update('leads', id, { status_id: 143 });
		world.emulator.log.clear();
		for (const id of [lead.id, own.id]) ui().update('leads', id, { status_id: 142 });
		await settled();
		expect(host.executions).toHaveLength(1);
		expect(host.last()).toMatchObject([{ id: lead.id, status_id: 142 }]);
		// The lists were read when the workflow went live, and are known for a minute.
		expect(world.requests('GET', '/users')).toHaveLength(0);

		world.emulator.faults.add({ method: 'GET', path: /.*/, times: 20, action: { kind: 'status', status: 403, body: { title: 'x', status: 403, detail: 'x' } } });
		await host.restart();
		world.emulator.faults.clear();
		ui().update('leads', lead.id, { status_id: 143 });
		ui().update('leads', lead.id, { status_id: 142 });
		await settled();
		expect(host.executions).toHaveLength(2);
	});

	test('lists and switches may be texts, a stage its status alone', async () => {
		await start({ events: ['status_lead'], simplify: '={{ "false" }}', options: { stageIds: '={{ "143, 142" }}', keepRepeated: '={{ "true" }}', loadFullRecord: '={{ "no" }}' } });
		const lead = ui().create('leads', { name: 'x' });
		ui().update('leads', lead.id, { status_id: 142 });
		await settled();
		expect(host.last()).toMatchObject([{ event: 'status_lead', data: { status_id: 142 } }]);
	});

	test("the connected user's own changes start nothing", async () => {
		await start({ events: ['update_lead'], options: { ignoreOwnChanges: true } });
		const lead = ui().create('leads', { name: 'x' });
		ui().update('leads', lead.id, { name: 'by the administrator, who connected' });
		await settled();
		expect(host.executions).toHaveLength(0);
		ui().userId = otherUser();
		ui().update('leads', lead.id, { name: 'by somebody else' });
		ui().userId = undefined;
		await settled();
		expect(host.last()).toMatchObject([{ name: 'by somebody else' }]);
	});

	test('they are those of the user who is connected now', async () => {
		await start({ events: ['update_lead'], options: { ignoreOwnChanges: true } });
		const { accountId: id, subdomain } = host.memory();
		const account = { id, subdomain, current_user_id: otherUser() };
		world.emulator.faults.add({ method: 'GET', path: '/api/v4/account', action: { kind: 'status', status: 200, body: account } });
		await host.activate();
		const lead = ui().create('leads', { name: 'x' });
		ui().update('leads', lead.id, { name: 'by the administrator, who was connected before' });
		await settled();
		expect(host.executions).toHaveLength(1);
		ui().userId = otherUser();
		ui().update('leads', lead.id, { name: 'by the user who is connected now' });
		ui().userId = undefined;
		await settled();
		expect(host.executions).toHaveLength(1);
	});

	test('only when a chosen field was changed, and it says which', async () => {
		const field = [...world.emulator.account.customFields.values()].find(({ type, owner }) => type === 'text' && owner === 'leads');
		await start({ events: ['update_lead', 'add_lead'], options: { changedFields: ['price', field?.id as number] } });
		const lead = ui().create('leads', { name: 'x' });
		await settled();
		expect(host.last()).toMatchObject([{ event: 'add_lead' }]);
		await world.emulator.clock.advance(10_000);
		ui().update('leads', lead.id, { name: 'y' });
		await settled();
		expect(host.last()).toEqual([]);
		await world.emulator.clock.advance(10_000);
		ui().update('leads', lead.id, { price: 5 });
		await settled();
		expect(host.last()).toMatchObject([{ event: 'update_lead', price: 5, changed_fields: ['price'] }]);
		await world.emulator.clock.advance(10_000);
		ui().update('leads', lead.id, { custom_fields_values: [{ field_id: field?.id, values: [{ value: 'new' }] }] });
		await settled();
		expect(host.last()).toMatchObject([{ changed_fields: [String(field?.id)] }]);
	});

	test('the full record is read after the answer, many in one request', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: true, with: ['contacts', 'loss_reason'] } });
		const contact = ui().create('contacts', { name: 'Ann' });
		world.emulator.log.clear();
		await fetch(`${world.emulator.url}/api/v4/leads`, {
			method: 'POST',
			headers: { authorization: `Bearer ${world.account.accessToken}`, 'content-type': 'application/json' },
			body: JSON.stringify(Array.from({ length: 20 }, (_, index) => ({ name: `n${index}`, _embedded: { contacts: [{ id: contact.id, is_main: true }] } }))),
		});
		await settled();
		expect(host.executions[0]?.error).toBeUndefined();
		expect(host.last()).toHaveLength(20);
		expect(host.last()[7]).toMatchObject({ event: 'add_lead', name: 'n7', contact_ids: [contact.id], main_contact_id: contact.id });
		expect(world.requests('GET', '/leads')).toHaveLength(1);
	});

	test('the lead of a note stands beside it, a record that is gone is null', async () => {
		await start({ events: ['note_lead', 'delete_lead', 'update_lead'], options: { loadFullRecord: true } });
		const lead = ui().create('leads', { name: 'with a note' });
		ui().addNote('leads', lead.id, 'hello');
		await settled();
		expect(host.last()).toMatchObject([{ event: 'note_lead', text: 'hello', note_type: 'common', entity_id: lead.id, record: { name: 'with a note' } }]);
		ui().remove('leads', lead.id);
		await settled();
		expect(host.last()).toMatchObject([{ event: 'delete_lead', id: lead.id }]);
	});

	test('two changes of one record have a copy of it each', async () => {
		await start({ mode: 'digitalPipeline', simplify: false, options: { loadFullRecord: true } });
		const lead = ui().create('leads', { name: 'x' });
		await fetch(`${host.url}/webhook/x/y`, { method: 'POST', body: `leads[update][0][id]=${lead.id}&leads[status][0][id]=${lead.id}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
		await settled();
		const [one, two] = host.last();
		expect(one?.record).toMatchObject({ id: lead.id, name: 'x' });
		expect(two?.record).toEqual(one?.record);
		expect(two?.record).not.toBe(one?.record);
	});

	test('a card that cannot be read fails the execution, not the answer', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: true } });
		world.emulator.faults.add({ method: 'GET', path: /^\/api\/v4\/leads\/\d+/, times: 1, action: { kind: 'status', status: 403, body: { title: 'Forbidden', status: 403, detail: 'no' } } });
		ui().create('leads', { name: 'x' });
		await settled();
		expect(world.emulator.deliveries.log.at(-1)?.status).toBe(200);
		expect(host.executions[0]?.error?.message).toContain('amoCRM does not allow this');
	});
});

describe('deliveries that come together', () => {
	/** Sends so many at once, with leads from this one on and the last one twice; resolves with the statuses. */
	async function burst(first: number, count: number): Promise<number[]> {
		const destination = String(hooks()[0]?.destination);
		const { id } = world.emulator.account.info;
		const bodies = Array.from({ length: count }, (_, index) => `leads[add][0][id]=${first + Math.min(index, count - 2)}&leads[add][0][updated_at]=1760000000&account[id]=${id}`);
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		return await Promise.all(bodies.map(async (body) => (await fetch(destination, { method: 'POST', body, headers })).status));
	}
	const ids = () => host.executions.map(({ rows }) => rows.map(({ json }) => Number(json.id)));
	const leadsFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

	test('share an execution, a row for each change; a repeated one is dropped', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: false } });
		host.storing = async () => await sleep(50);
		expect(await burst(100, 20)).toEqual(Array<number>(20).fill(200));
		await settled();
		expect(ids().flat().sort((a, b) => a - b)).toEqual(leadsFrom(100, 19));
		expect(ids().length).toBeLessThan(10);
	});

	test('are told that they are stored although the one that took them along has hung up', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: false } });
		host.storing = async () => await sleep(300);
		const send = async (id: number, signal?: AbortSignal) => {
			const body = `leads[add][0][id]=${id}&account[id]=${world.emulator.account.info.id}`;
			const headers = { 'content-type': 'application/x-www-form-urlencoded' };
			return await fetch(String(hooks()[0]?.destination), { method: 'POST', body, headers, signal }).then(({ status }) => status, () => 'hung up');
		};
		const hangUp = new AbortController();
		const first = send(901);
		await sleep(50);
		const leader = send(902, hangUp.signal);
		await sleep(50);
		const joiner = send(903);
		await sleep(50);
		hangUp.abort();
		expect(await Promise.all([first, leader, joiner])).toEqual([200, 'hung up', 200]);
		await settled();
		expect(ids()).toEqual([[901], [902, 903]]);
	});

	test('have an execution each when that is wanted', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: false, separateExecutions: true, keepRepeated: true } });
		host.storing = async () => await sleep(50);
		expect(await burst(200, 10)).toEqual(Array<number>(10).fill(200));
		await settled();
		expect(ids().map(({ length }) => length)).toEqual(Array<number>(10).fill(1));
	});

	test('are one change when the same comes twice, although each has an execution of its own', async () => {
		await start({ events: ['add_lead'], options: { separateExecutions: true } });
		expect(await burst(400, 2)).toEqual([200, 200]);
		await settled();
		expect(ids().flat()).toEqual([400]);
	});

	test('are all repeated by amoCRM when n8n could not store them', async () => {
		await start({ events: ['add_lead'], options: { loadFullRecord: false } });
		let stored = 0;
		host.storing = async () => {
			await sleep(50);
			if (++stored > 1) throw new Error('The disk is full');
		};
		const statuses = await burst(300, 10);
		await settled();
		const accepted = statuses.filter((status) => status === 200).length;
		expect(new Set(statuses)).toEqual(new Set([200, 500, 503]));
		expect(ids().flat()).toHaveLength(accepted);
		host.storing = async () => undefined;
		expect(await burst(300, 10)).toEqual(Array<number>(10).fill(200));
		await settled();
		expect(ids().flat().sort((a, b) => a - b)).toEqual(leadsFrom(300, 9));
	});
});

describe('the Digital Pipeline', () => {
	const url = () => `${host.url}/webhook/x/y`;

	test('needs no subscription, knows its account and understands the short payload', async () => {
		await start({ mode: 'digitalPipeline' });
		expect(hooks()).toEqual([]);
		const body = 'leads[status][0][id]=1&leads[status][0][pipeline_id]=7&leads[status][0][status_id]=142&leads[status][0][old_pipeline_id]=8&leads[status][0][old_status_id]=143';
		const send = async (text: string, type = 'application/x-www-form-urlencoded') =>
			(await fetch(url(), { method: 'POST', body: text, headers: { 'content-type': type } })).status;
		expect(await send(body)).toBe(200);
		await settled();
		expect(host.last()).toMatchObject([{ event: 'status_lead', id: 1, status_id: 142, old_pipeline_id: 8, old_status_id: 143 }]);
		expect(await send(`${body}&account[id]=1`)).toBe(403);
		expect(await send(JSON.stringify({ leads: { status: { 0: { id: 5, status_id: 143, pipeline_id: 7 } } } }), 'application/json')).toBe(200);
		await settled();
		expect(host.last()).toMatchObject([{ event: 'status_lead', id: 5, status_id: 143 }]);
		expect(host.executions).toHaveLength(2);
	});

	test('takes the place of an account webhook', async () => {
		await start({ events: ['add_lead'] });
		host.configure({ mode: 'digitalPipeline' });
		await host.activate();
		expect(hooks()).toEqual([]);
	});
});
