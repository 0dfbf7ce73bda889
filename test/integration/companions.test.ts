import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { RunOptions } from './harness';
import { userOf } from './samples';
import type { World } from './world';
import { FAST, html, manyItems, openWorld } from './world';

/** A note and a task with a new record: written in batches after it. */

let world: World;

beforeEach(async () => {
	world = await openWorld({ seed: 'empty', rateLimit: false });
});
afterEach(async () => await world.close());

const TASK = { task: { text: '={{ "Call " + $json.name }}', completeTill: '2030-01-02', taskTypeId: 1 } };

const FORMS: Record<string, [parameters: INodeParameters, kind: string, recordId: string]> = {
	'lead create': [{ resource: 'lead', operation: 'create' }, 'leads', 'id'],
	'lead createComplex': [{ resource: 'lead', operation: 'createComplex', contactFields: { name: 'Ann' } }, 'leads', 'id'],
	'contact create': [{ resource: 'contact', operation: 'create' }, 'contacts', 'id'],
	'company create': [{ resource: 'company', operation: 'create' }, 'companies', 'id'],
	'customer create': [{ resource: 'customer', operation: 'create', nextDate: '2030-01-01' }, 'customers', 'id'],
	'incomingLead create': [{ resource: 'incomingLead', operation: 'create', sourceUid: '={{ $json.name }}', sourceName: 'Site' }, 'leads', 'lead_id'],
};

const create = async (form: string, more: IDataObject, options: Partial<RunOptions> = {}) =>
	await world.run({ ...(FORMS[form]?.[0] as INodeParameters), name: '={{ $json.name }}', additionalFields: more as INodeParameters, options: FAST, ...(more.options ? { options: more.options as INodeParameters } : {}) }, options);

const items = (count: number) => manyItems(count, (index) => ({ name: `N${index}` }));
const posts = (path: string) => world.requests('POST', path);
const notes = () => [...world.emulator.account.notes.values()];
const tasks = () => [...world.emulator.account.tasks.values()];

describe.each(Object.entries(FORMS))('%s', (form, [, kind, recordId]) => {
	it('adds a note and a task to each of 120, in batches', async () => {
		const { rows, error } = await create(form, { note: '={{ "About " + $json.name }}', task: { task: { ...TASK.task, responsibleUserId: userOf(world).id } } }, { items: items(120) });
		expect(error).toBeUndefined();
		expect([posts(`/${kind}/notes`), posts('/tasks')].map(({ length }) => length)).toEqual([3, 3]);
		rows.forEach(({ json }, index) => {
			const record = json[recordId];
			expect(world.emulator.account.notes.get(json.note_id as number)).toMatchObject({ entity_type: kind, entity_id: record, note_type: 'common', params: { text: `About N${index}` } });
			expect(world.emulator.account.tasks.get(json.task_id as number)).toMatchObject({ entity_type: kind, entity_id: record, text: `Call N${index}`, task_type_id: 1, responsible_user_id: userOf(world).id });
		});
	});
});

it('adds them only where an item gives them', async () => {
	const { rows } = await create('lead create', { note: '={{ $json.note }}' }, { items: [{ name: 'A', note: 'one' }, { name: 'B', note: '' }, { name: 'C', note: 'three' }] });
	expect(rows.map(({ json }) => json.note_id !== undefined)).toEqual([true, false, true]);
	expect(notes().map(({ params }) => params.text)).toEqual(['one', 'three']);
	expect(tasks()).toEqual([]);
});

it('refuses a task without its text or deadline before any request, and takes one whose values are all empty for none', async () => {
	const task = { task: { text: '={{ $json.text }}', completeTill: '={{ $json.till }}' } };
	const { rows } = await create('lead create', { task }, { items: [{ name: 'A', text: 'Call', till: '2030-01-02T10:00:00Z' }, { name: 'B', text: '', till: '' }] });
	expect(rows.map(({ json }) => json.task_id !== undefined)).toEqual([true, false]);
	world.emulator.log.clear();
	for (const [given, message] of [
		[{ text: 'Call', till: '' }, "'Task': 'Task Deadline' is required but empty [item 0]"],
		[{ text: '', till: '2030-01-02' }, "'Task': 'Task Text' must not be empty [item 0]"],
		[{ text: 'Call', till: 'soon' }, expect.stringContaining("'Task': 'Task Deadline': 'soon'")],
	] as const) {
		expect((await create('lead create', { task }, { items: [{ name: 'A', ...given }] })).error?.message).toEqual(message);
	}
	expect(world.emulator.log.entries).toEqual([]);
});

describe('what fails after the record', () => {
	const fail = (path: RegExp, times = 1) => world.emulator.faults.add({ method: 'POST', path, times, action: { kind: 'status', status: 400, body: { title: 'Bad Request', status: 400, detail: 'No such thing' } } });

	it('does not hide that it was written', async () => {
		const { rows } = await create('lead create', { note: 'x', task: { task: { ...TASK.task, taskTypeId: '={{ $json.type }}' } } }, { items: [{ name: 'A', type: 999_999 }, { name: 'B', type: 1 }], onError: 'continueRegularOutput' });
		expect(rows[0]?.json.error).toMatch(/^Lead \d+ was written, but its task was not added: task_type_id: .* \[item 0\]$/);
		expect((rows[0]?.json.details as IDataObject).id).toBe([...world.emulator.account.leads.keys()][0]);
		expect(rows[1]?.json).toMatchObject({ note_id: expect.any(Number) });
		expect(notes()).toHaveLength(2);
	});

	it('says both where both fail', async () => {
		fail(/\/notes$/);
		fail(/\/tasks$/);
		const { error } = await create('lead create', { note: 'x', task: TASK }, { items: items(1) });
		expect(error?.message).toMatch(/^Lead \d+ was written, but its note was not added: .*; its task was not added: .*\[item 0\]$/);
	});

	it('is tried again alone when n8n repeats the node', async () => {
		fail(/\/tasks$/);
		const { rows, error } = await create('lead create', { note: 'x', task: TASK }, { items: items(2), maxTries: 2 });
		expect(error).toBeUndefined();
		expect(rows.map(({ json }) => [json.note_id, json.task_id].every((id) => typeof id === 'number'))).toEqual([true, true]);
		expect([world.emulator.account.leads.size, notes().length, tasks().length]).toEqual([2, 2, 2]);
	});

	it('is not tried again where it may have been added', async () => {
		world.emulator.faults.add({ method: 'POST', path: /\/notes$/, times: 1, action: html(502) });
		const { error } = await create('lead create', { note: 'x' }, { items: items(1), maxTries: 2 });
		expect(error?.message).toContain('it is not known whether its note was added');
		expect(posts('/leads/notes')).toHaveLength(1);
		expect(world.emulator.account.leads.size).toBe(1);
	});
});

it('shows them in a dry run', async () => {
	const { rows } = await create('lead create', { note: 'x', task: TASK, options: { dryRun: true } }, { items: items(1) });
	expect(rows[0]?.json).toMatchObject({ dry_run: true, path: '/api/v4/leads', note: { note_type: 'common', params: { text: 'x' } }, task: { text: 'Call N0', task_type_id: 1 } });
	expect(world.emulator.log.entries.filter(({ method }) => method !== 'GET')).toEqual([]);
});
