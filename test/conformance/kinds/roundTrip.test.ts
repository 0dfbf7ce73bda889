import { isDeepStrictEqual } from 'node:util';
import { buildServer, buildDriveServer } from '../../../emulator/server';
import { openBench, type Answer, type Bench } from '../../../emulator/testing/client';

/**
 * What was read can be written back: every record of every route that has a PATCH, as GET gives it with all that `with` adds,
 * whole, one by one and in a batch. facts: extended 12
 */

/** Records of one collection that are tried. */
const MOST = 30;
const WITH =
	'?limit=250&with=contacts,companies,leads,customers,catalog_elements,loss_reason,source,source_id,is_price_modified_by_robot,social_profiles,descriptions,is_pinned,reviews,users,scripts,deleted,invoice_link,supplier_field_values,group_id';
/** What the write itself stamps. */
const STAMPS = ['updated_at', 'updated_by'];
/** Switches of the account: one value, and no record. */
const SETTINGS = ['/api/v4/customers/mode', '/api/v4/catalogs/products/settings'];

type Row = Record<string, unknown>;

let bench: Bench;
let routes: { method: string; url: string }[];

beforeAll(async () => {
	bench = await openBench({ seed: 'demo' });
	const servers = await Promise.all([buildServer, buildDriveServer].map((build) => build(bench.emulator.world, {})));
	await Promise.all(servers.map((server) => server.ready()));
	// Without what the parameters must look like.
	routes = servers.flatMap(({ routeList }) => routeList.map(({ method, url }) => ({ method, url: url.replace(/(:\w+)\(\^.*?\$\)/g, '$1') })));
	await Promise.all(servers.map((server) => server.close()));
	await more();
});

afterAll(() => bench.close());

/** One of each kind that the account of the demo does without. */
async function more(): Promise<void> {
	const { api, create, emulator } = bench;
	await api('PATCH', '/catalogs/products/settings', { is_enabled: true });
	const pipeline_id = emulator.account.mainPipeline?.id;
	await create('/sources', { name: 'Site', external_id: 'site', services: [{ type: 'whatsapp', pages: [{ id: '1', name: 'A', link: 'https://a.example' }], params: { waba: true } }] });
	await api('POST', '/website_buttons', { pipeline_id, trusted_websites: ['a.example'] });
	await create('/chats/templates', { name: 'Hi', content: 'Hi', buttons: [{ type: 'inline', text: 'Yes' }] });
	const waba = await create('/chats/templates', { name: 'Hello', content: 'Hi', type: 'waba', waba_footer: 'Bye', waba_examples: { name: 'Ann' } });
	await api('POST', `/chats/templates/${waba}/review`);
	await api('POST', '/amma/agents', [{ name: 'Ann', description: 'Answers', system_prompt: 'Be kind' }]);
	emulator.account.info.customers_mode = 'segments';
	await api('POST', '/customers/segments', { name: 'VIP' });
	await api('POST', '/customers/segments/custom_fields', [{ name: 'Level', type: 'select', enums: [{ value: 'High' }] }]);
	const [segment] = emulator.account.segments.keys();
	await create('/customers', { name: 'Buyer', next_date: 1_900_000_000, _embedded: { segments: [{ id: segment }], tags: [{ name: 'old' }] } });
	emulator.account.info.customers_mode = 'periodicity';
	const catalog = await create('/catalogs', { name: 'Bills', type: 'invoices' });
	await api('POST', `/catalogs/${catalog}/custom_fields/groups`, [{ name: 'Own' }]);
	const values = [
		['BILL_STATUS', { enum_code: 'created' }],
		['PAYER', { name: 'Ann', entity_id: null }],
		['ITEMS', { description: 'Gold', unit_price: 10, quantity: 2, discount: { type: 'amount', value: 1 } }],
	];
	await create(`/catalogs/${catalog}/elements`, {
		name: 'Bill',
		custom_fields_values: values.map(([field_code, value]) => ({ field_code, values: [field_code === 'BILL_STATUS' ? value : { value }] })),
	});
	const file = await uploadFile();
	// Lists begin with what has not been changed for longest, and the first ones are tried.
	for (const [type, own] of Object.entries(VALUES)) {
		const field = await create('/leads/custom_fields', { name: type, type, ...(OPTIONS.includes(type) ? { enums: [{ value: 'One' }, { value: 'Two', code: 'two' }] } : {}) });
		await create('/leads', { updated_at: 1, custom_fields_values: [{ field_id: field, values: type === 'file' ? [{ value: { file_uuid: file, file_name: 'a.txt' } }] : own }] });
	}
	for (const type of ['leads', 'contacts', 'companies', 'customers']) {
		const [id] = emulator.account.entities(type as 'leads').keys();
		await api('POST', `/${type}/custom_fields/groups`, [{ name: 'Own' }]);
		await api('POST', `/${type}/notes`, [
			{ entity_id: id, note_type: 'common', params: { text: 'x' }, created_by: 0, responsible_user_id: 0 },
			{ entity_id: id, note_type: 'attachment', params: { file_uuid: '0', file_name: 'a.png' } },
			{ entity_id: id, note_type: 'call_in', params: { duration: 1, source: 'x', phone: '+79990000000' } },
		]);
	}
}

/** One value of each type of custom field of leads. */
const VALUES: Record<string, Row[]> = {
	text: [{ value: 'a' }],
	textarea: [{ value: 'a\nb' }],
	url: [{ value: 'https://a.example' }],
	streetaddress: [{ value: 'Main street' }],
	numeric: [{ value: '1.5' }],
	monetary: [{ value: '1.50' }],
	checkbox: [{ value: true }],
	date: [{ value: 1_760_000_000 }],
	date_time: [{ value: 1_760_000_000 }],
	birthday: [{ value: 1_760_000_000 }],
	select: [{ value: 'Two' }],
	radiobutton: [{ value: 'Two' }],
	multiselect: [{ value: 'One' }],
	smart_address: [{ value: 'Main street', enum_code: 'address_line_1' }, { value: 'US', enum_code: 'country' }],
	legal_entity: [{ value: { name: 'Acme', vat_id: '1', entity_type: 1 } }],
	file: [],
};
const OPTIONS = ['select', 'radiobutton', 'multiselect'];

/** Returns its UUID. */
async function uploadFile(): Promise<unknown> {
	const session = await bench.call('POST', `${bench.emulator.world.driveUrl}/v1.0/sessions`, { file_name: 'a.txt', file_size: 2, content_type: 'text/plain' });
	return (await bench.call('POST', String(session.body.upload_url), Buffer.from('ab'))).body.uuid;
}

/** A path with names of parameters as paths with the identifiers of what is there. */
async function addresses(pattern: string): Promise<string[]> {
	const start = pattern.startsWith('/v1.0') ? new URL(bench.emulator.world.driveUrl).origin : '';
	let paths = [start];
	for (const part of pattern.split('/').filter(Boolean)) {
		const found = await Promise.all(paths.map(async (path) => (part.startsWith(':') ? (await rowsOf(path)).map((row) => `${path}/${idOf(row)}`) : [`${path}/${part}`])));
		paths = found.flat();
	}
	return paths;
}

const idOf = (row: Row): unknown => row.uuid ?? row.id ?? row.source_id;

async function rowsOf(path: string, most = MOST): Promise<Row[]> {
	setMode(path);
	const { body, status } = await bench.call('GET', `${path}${WITH}`);
	const [list] = status === 200 ? Object.values(body._embedded ?? {}) : [];
	return (list ?? []).slice(0, most);
}

/** Segments and statuses of customers exclude each other. */
function setMode(path: string): void {
	bench.emulator.account.info.customers_mode = path.includes('/segments') ? 'segments' : 'periodicity';
}

/** What differs between two readings of one record, as its keys and what they hold. */
function differences(before: Row, after: Row | undefined): string[] {
	const keys = Object.keys({ ...before, ...after }).filter((key) => !STAMPS.includes(key));
	const plain = (row: Row | undefined, key: string): unknown =>
		JSON.parse(JSON.stringify(row?.[key] ?? null, (inner, value: unknown) => (STAMPS.includes(inner) ? undefined : value)));
	const changed = keys.filter((key) => !isDeepStrictEqual(plain(before, key), plain(after, key)));
	return changed.map((key) => `${key}: ${JSON.stringify(before[key])} became ${JSON.stringify(after?.[key])}`);
}

/** Refusals of an answer; none where the write went through. */
function refusals({ status, body }: Answer): string[] {
	if (status < 300) return [];
	const items = (body['validation-errors'] ?? []) as { errors: { code: string; path: string }[] }[];
	return [`${status}`, ...items.flatMap(({ errors }) => errors.map(({ code, path }) => `${code} ${path}`))];
}

/** A record by its own address, or out of its list where GET has no other. */
async function single(path: string): Promise<Row> {
	setMode(path);
	const own = await bench.call('GET', `${path}${WITH}`);
	if (own.status === 200) return own.body;
	const collection = path.slice(0, path.lastIndexOf('/'));
	return (await rowsOf(collection)).find((row) => path === `${collection}/${String(idOf(row))}`) ?? {};
}

const isOne = (url: string): boolean => /:\w+$/.test(url);
const patterns = (one: boolean) =>
	routes.filter(({ method, url }) => method === 'PATCH' && !url.startsWith('/__emulator') && !SETTINGS.includes(url) && isOne(url) === one).map(({ url }) => url);

it('extended 12 every record that has a PATCH takes back what GET gives', async () => {
	const wrong = new Set<string>();
	for (const pattern of patterns(true)) {
		const paths = (await addresses(pattern)).slice(0, 2 * MOST);
		if (paths.length === 0) wrong.add(`${pattern}: no record`);
		for (const path of paths) {
			const before = await single(path);
			const refused = refusals(await bench.call('PATCH', path, before));
			const faults = refused.length > 0 ? refused : differences(before, await single(path));
			for (const fault of faults) wrong.add(`${pattern}: ${fault}`);
		}
	}
	expect([...wrong]).toEqual([]);
}, 120_000);

it('extended 12 every list that has a PATCH takes back what GET gives', async () => {
	const wrong = new Set<string>();
	for (const pattern of patterns(false)) {
		const lists = await Promise.all((await addresses(pattern)).map(async (path) => ({ path, before: await rowsOf(path) })));
		const filled = lists.filter(({ before }) => before.length > 0).slice(0, MOST);
		if (filled.length === 0) wrong.add(`${pattern}: no record`);
		for (const { path, before } of filled) {
			const refused = refusals(await bench.call('PATCH', path, before));
			const after = new Map((await rowsOf(path, 250)).map((row) => [idOf(row), row]));
			const faults = refused.length > 0 ? refused : before.flatMap((row) => differences(row, after.get(idOf(row))));
			for (const fault of faults) wrong.add(`${pattern}: ${fault}`);
		}
	}
	expect([...wrong]).toEqual([]);
}, 120_000);

/** Routes whose POST makes one record of one object. */
const SINGLE = /\/(?:segments|website_buttons|webhooks)$/;

/** A copy may be refused for a value that is taken, never for a key that an answer has. */
it('extended 12 a POST drops the keys of what was read that are not written', async () => {
	const gets = new Set(routes.filter(({ method }) => method === 'GET').map(({ url }) => url));
	const posts = routes.filter(({ method, url }) => method === 'POST' && url.startsWith('/api/v4') && gets.has(url)).map(({ url }) => url);
	const wrong = new Set<string>();
	for (const pattern of posts) {
		for (const path of (await addresses(pattern)).slice(0, MOST)) {
			const [row] = await rowsOf(path);
			const copy = { ...row, account_id: 1, nonsense: { a: [1] } };
			const answer = await bench.call('POST', path, SINGLE.test(path) ? copy : [copy]);
			for (const fault of refusals(answer)) if (/FieldNotExpected|InvalidType/.test(fault)) wrong.add(`${pattern}: ${fault}`);
		}
	}
	expect([...wrong]).toEqual([]);
}, 120_000);
