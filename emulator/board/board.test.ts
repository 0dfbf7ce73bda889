import { storeFile } from '../drive/files';
import { startEmulator, type Emulator } from '../index';
import type { FileRow } from '../store/moreRows';
import type { Change } from '../events/changes';

let emulator: Emulator;

beforeEach(async () => {
	emulator = await startEmulator({ seed: 'demo', language: 'en' });
});

afterEach(() => emulator.close());

async function page(path: string, headers: Record<string, string> = {}) {
	const response = await fetch(`${emulator.url}${path}`, { headers });
	return { status: response.status, text: await response.text(), headers: response.headers };
}

async function api(method: string, path: string, body?: unknown) {
	const { accessToken } = emulator.issueToken();
	const response = await fetch(`${emulator.url}/api/v4${path}`, {
		method,
		headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	return (await response.json()) as { _embedded: Record<string, { id: number }[]> };
}

const first = <T>(rows: Iterable<T>): T => [...rows][0] as T;

function move(lead: number, body: unknown, headers: Record<string, string> = {}) {
	return fetch(`${emulator.url}/board/leads/${lead}/stage`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify(body),
	});
}

it('shows the main pipeline with its stages and leads, and switches to another', async () => {
	const [sales, wholesale] = [...emulator.account.pipelines.values()];
	const { text } = await page('/');
	for (const { name } of sales?.statuses ?? []) expect(text).toContain(`<span>${name}</span>`);
	for (const lead of emulator.account.leads.values()) {
		expect(text.includes(`data-lead="${lead.id}"`)).toBe(lead.pipeline_id === sales?.id);
	}
	expect((await page(`/leads/pipeline/${wholesale?.id}`)).text).toContain('<span>Samples</span>');
	expect((await page('/leads/pipeline/5')).status).toBe(404);
});

it('speaks the language of the account, of ?lang, and of the last ?lang', async () => {
	expect((await page('/contacts/list/')).text).toContain('<h1>Contacts</h1>');
	const russian = await page('/contacts/list/?lang=ru');
	expect(russian.text).toContain('<h1>Контакты</h1>');
	const cookie = (russian.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
	expect((await page('/companies/list/', { cookie })).text).toContain('<h1>Компании</h1>');
});

it('tells in the history what the card tells: made when it says, by whom it says', () => {
	const { events, leads, contacts, companies, tasks } = emulator.account;
	const added = [...events.values()].filter(({ type }) => /^(lead|contact|company|task)_added$/.test(type));
	const tables: Record<string, Map<number, { created_at: number; created_by: number }>> = { lead: leads, contact: contacts, company: companies, task: tasks };
	expect(added.length).toBeGreaterThanOrEqual(leads.size + contacts.size);
	for (const { entity_type, entity_id, created_at, created_by } of added) {
		const row = tables[entity_type]?.get(entity_id);
		expect([created_at, created_by]).toEqual([row?.created_at, row?.created_by]);
	}
	for (const { value_after, created_at } of [...events.values()].filter(({ type }) => type.endsWith('_note_added'))) {
		expect(created_at).toBe(emulator.account.notes.get((value_after[0] as { note: { id: number } }).note.id)?.created_at);
	}
	const times = [...events.values()].map(({ created_at }) => created_at);
	expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('lists what was written, newest first, and finds it by phone', async () => {
	const { _embedded } = await api('POST', '/contacts', [
		{ name: 'Zed Written', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+15557654321', enum_code: 'MOB' }] }] },
	]);
	const id = first(_embedded.contacts ?? []).id;
	const { text } = await page('/contacts/list/');
	expect(text.indexOf(`data-key="contacts-${id}"`)).toBe(text.indexOf('data-key="contacts-'));
	const found = await page('/contacts/list/?query=7654321');
	expect(found.text.match(/data-key="contacts-/g)).toHaveLength(1);
	await api('POST', '/tasks', [{ text: 'Measure twice', complete_till: 1_900_000_000, entity_id: id, entity_type: 'contacts' }]);
	expect((await page('/todo/list/')).text).toContain('Measure twice');
});

it('pages long lists', async () => {
	await api('POST', '/companies', Array.from({ length: 60 }, (_, index) => ({ name: `Long ${index}` })));
	expect((await page('/companies/list/?query=long')).text).toContain('1 / 2');
	expect((await page('/companies/list/?query=long&page=2')).text.match(/data-key="companies-/g)).toHaveLength(10);
});

it('opens the card that amoCRM opens under the same address, with every custom field', async () => {
	const { account } = emulator;
	const field = (type: string) => account.fieldsOf('leads').find((candidate) => candidate.type === type)?.id;
	const { _embedded } = await api('POST', '/leads', [
		{
			name: 'Card <b>bold</b>',
			price: 1250.5,
			tags_to_add: [{ name: 'tagged' }],
			custom_fields_values: [
				{ field_id: field('text'), values: [{ value: 'C-17' }] },
				{ field_id: field('numeric'), values: [{ value: '42' }] },
				{ field_id: field('checkbox'), values: [{ value: true }] },
				{ field_id: field('multiselect'), values: [{ value: 'Phone' }, { value: 'Email' }] },
				{ field_id: field('date'), values: [{ value: '2031-05-08T00:00:00-04:00' }] },
				{ field_id: field('url'), values: [{ value: 'javascript:alert(1)' }] },
				{ field_id: field('smart_address'), values: [{ value: '1 Elm St', enum_code: 'address_line_1' }, { value: 'Boston', enum_code: 'city' }] },
				{ field_id: field('legal_entity'), values: [{ value: { name: 'Elm LLC', vat_id: '77001' } }] },
			],
		},
	]);
	const { text } = await page(`/leads/detail/${first(_embedded.leads ?? []).id}`);
	const fields = text.slice(text.indexOf('id="custom-fields"'));
	for (const value of ['C-17', '42', 'Yes', 'Phone', 'Email', 'May 8, 2031', '1 Elm St, Boston', 'Elm LLC, vat_id: 77001']) expect(fields).toContain(value);
	expect(text).toContain('Card &lt;b&gt;bold&lt;/b&gt;');
	expect(text).not.toContain('href="javascript:');
	expect(text).toContain('$1,250.50');
	expect(text).toContain('tagged');
	for (const path of [`/contacts/detail/${first(account.contacts.keys())}`, `/companies/detail/${first(account.companies.keys())}`, `/todo/detail/${first(account.tasks.keys())}`]) {
		expect((await page(path)).status).toBe(200);
	}
	expect((await page('/leads/detail/1')).status).toBe(404);
});

it('shows the files of a card, without those in the trash', async () => {
	const { world, account } = emulator;
	const { _embedded } = await api('POST', '/leads', [{ name: 'With files' }]);
	const id = first(_embedded.leads ?? []).id;
	const files = ['Plan.pdf', '<b>.txt', 'Gone.pdf'].map((file_name) => storeFile(world, { file_name }, Buffer.from('abc'), 0));
	for (const { uuid } of files) account.attachments.add({ id: account.attachments.nextId(), entity_type: 'leads', entity_id: id, file_uuid: uuid });
	account.files.change(files[2] as FileRow, { deleted_at: 1 });
	const { text } = await page(`/leads/detail/${id}`);
	const shown = text.slice(text.indexOf('id="files"'));
	for (const line of ['<h3>Files</h3>', 'Plan.pdf', '&lt;b&gt;.txt', '3 B']) expect(shown).toContain(line);
	expect(text).not.toContain('Gone.pdf');
});

it('tells the history of a card in the language of the page, fields by their names', async () => {
	const field = first(emulator.account.fieldsOf('leads').filter(({ type }) => type === 'text'));
	const { _embedded } = await api('POST', '/leads', [{ name: 'Told' }]);
	const id = first(_embedded.leads ?? []).id;
	await api('PATCH', '/leads', [{ id, price: 5, custom_fields_values: [{ field_id: field.id, values: [{ value: 'C-18' }] }] }]);
	const russian = (await page(`/leads/detail/${id}?lang=ru`)).text;
	for (const line of ['Сделка создана', 'Изменён бюджет', `Изменено поле «${field.name}»`]) expect(russian).toContain(line);
	const english = (await page(`/leads/detail/${id}?lang=en`)).text;
	for (const line of ['Lead added', 'Sale field changed', `Changed field «${field.name}»`]) expect(english).toContain(line);
});

it('moves a card along the same path as the API', async () => {
	const lead = first(emulator.account.leads.values());
	const pipeline = emulator.account.pipelines.get(lead.pipeline_id);
	const target = pipeline?.statuses.find(({ id, type }) => type === 0 && id !== lead.status_id)?.id ?? 0;
	const changes: Change[] = [];
	emulator.world.changes.subscribe((change) => changes.push(change));
	const stage = { pipeline_id: lead.pipeline_id, status_id: target };
	expect((await move(lead.id, stage)).status).toBe(200);
	expect(emulator.account.leads.get(lead.id)).toMatchObject(stage);
	expect(changes).toEqual([expect.objectContaining({ kind: 'entity', type: 'leads', action: 'update' })]);
	expect((await move(lead.id, { pipeline_id: lead.pipeline_id, status_id: 5 })).status).toBe(400);
	expect((await move(lead.id, {})).status).toBe(400);
	expect((await move(1, stage)).status).toBe(404);
	expect((await move(lead.id, stage, { origin: 'https://elsewhere.example' })).status).toBe(403);
	expect((await move(lead.id, stage, { origin: 'null' })).status).toBe(403);
});

it('streams calls and changes', async () => {
	const stream = await fetch(`${emulator.url}/board/live`);
	const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
	let seen = '';
	const until = async (text: string) => {
		while (!seen.includes(text)) seen += (await reader?.read())?.value ?? '';
	};
	await until('retry');
	await api('POST', '/leads', [{ name: 'One' }, { name: 'Two' }]);
	await until('event: change');
	expect(seen).toContain('event: log');
	expect(seen).toMatch(/POST<\/b><span class="path">\/leads<\/span> <span class="size"[^>]*>×2<\/span><span class="code">200<\/span>/);
	await reader?.cancel();
});
