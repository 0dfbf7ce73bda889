import { openBench, rows, type Bench } from './testing/client';

/** Every list and every life once, through HTTP. The facts, section by section, are test/conformance/facts. */

let bench: Bench;

beforeEach(async () => {
	bench = await openBench();
});

afterEach(() => bench.close());

const api: Bench['api'] = (...args) => bench.api(...args);

const FULL_LISTS: [string, string][] = [
	['/users?with=role,group,uuid,amojo_id,user_rank,phone_number', 'users'],
	['/roles?with=users', 'roles'],
	['/leads/pipelines', 'pipelines'],
	['/leads/loss_reasons', 'loss_reasons'],
	['/leads/custom_fields', 'custom_fields'],
	['/leads/custom_fields/groups', 'custom_field_groups'],
	['/customers/statuses', 'statuses'],
	['/events/types?language_code=en', 'events_types'],
	['/widgets', 'widgets'],
	['/currencies', 'currencies'],
];

it.each(FULL_LISTS)('lists GET %s', async (path, key) => {
	const answer = await api('GET', path);
	expect(answer).toMatchObject({ status: 200, type: 'application/hal+json' });
	expect(rows(answer, key).length).toBeGreaterThan(0);
});

/** path, a good body, a change, what the change shows, status of creating, DELETE offered */
const LIVES: [string, object, object, { status?: number; remove?: boolean; }?][] = [
	['/leads/pipelines', { name: 'P', sort: 5, is_main: false, is_unsorted_on: true }, { name: 'Q' }, { remove: true }],
	['/leads/loss_reasons', { name: 'Too far' }, { name: 'Far' }, { remove: true }],
	['/catalogs', { name: 'Goods', can_link_multiple: true }, { name: 'Wares' }],
	['/customers', { name: 'Acme', next_date: 1_900_000_000, next_price: 3 }, { next_price: 4 }],
	['/customers/statuses', { name: 'S', sort: 70, color: '#ffdc7f' }, { name: 'T' }, { remove: true }],
	['/leads/custom_fields', { name: 'F', type: 'text', code: 'MY' }, { name: 'G' }, { remove: true }],
	['/roles', { name: 'R', rights: { leads: { view: 'A', edit: 'D', add: 'D', delete: 'D', export: 'D' } } }, { name: 'R2' }, { status: 201, remove: true }],
	['/sources', { name: 'S', external_id: 'x-1', origin_code: 'my_shop' }, { name: 'T' }, { remove: true }],
	['/chats/templates', { name: 'Hello', content: 'Hi {{contact.name}}', external_id: 'e' }, { content: 'Bye' }, { remove: true }],
];

it.each(LIVES)('creates, changes and deletes in %s', async (path, body, change, { status = 200, remove = false } = {}) => {
	const created = await api('POST', path, [{ ...body, request_id: 'mine' }]);
	expect(created.status).toBe(status);
	const [list] = Object.values(created.body._embedded ?? {});
	expect(list?.[0]).toMatchObject({ request_id: 'mine' });
	const id = list?.[0]?.id;
	expect((await api('PATCH', `${path}/${id}`, change)).status).toBe(path === '/roles' ? 202 : 200);
	expect((await api('GET', `${path}/${id}`)).body).toMatchObject(change);
	expect((await api('DELETE', `${path}/${id}`)).status).toBe(remove ? 204 : 405);
	if (!remove) return;
	expect([204, 404]).toContain((await api('GET', `${path}/${id}`)).status);
	expect([400, 404]).toContain((await api('DELETE', `${path}/${id}`)).status);
});

