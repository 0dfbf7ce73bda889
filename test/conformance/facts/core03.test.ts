import { rows, useBench } from '../../../emulator/testing/client';

/** What all routes share. */

const bench = useBench();
const { call, api, create, errors } = bench;

const leads = async (count: number, make: (index: number) => object = () => ({})) => {
	const answer = await api('POST', '/leads', Array.from({ length: count }, (_, index) => make(index)));
	return rows(answer, 'leads').map(({ id }) => Number(id));
};
const ids = async (path: string, key = 'leads') => rows(await api('GET', path), key).map(({ id }) => id);

it('core 3.1 success is application/hal+json, an error application/problem+json, without a charset', async () => {
	expect((await api('GET', '/account')).type).toBe('application/hal+json');
	expect((await api('GET', '/nothing')).type).toBe('application/problem+json');
});

it('core 3.1 first and prev come from page 2 on, next ends with the last page, and leads have no total', async () => {
	await leads(5);
	const links = async (page: number) => Object.keys((await api('GET', `/leads?limit=2&page=${page}`)).body._links ?? {}).sort();
	expect(await links(1)).toEqual(['next', 'self']);
	expect(await links(2)).toEqual(['first', 'next', 'prev', 'self']);
	expect(await links(3)).toEqual(['first', 'prev', 'self']);
	expect(Object.keys((await api('GET', '/leads')).body).sort()).toEqual(['_embedded', '_links', '_page']);
});

it('core 3.1 _total_items is on pipelines, statuses, links and custom fields, those with _page_count and last', async () => {
	const lead = await create('/leads');
	const [pipeline] = [...bench.emulator.account.pipelines.keys()];
	for (const path of ['/leads/pipelines', `/leads/pipelines/${pipeline}/statuses`, `/leads/${lead}/links`]) {
		expect((await api('GET', path)).body).toHaveProperty('_total_items');
	}
	expect((await api('GET', '/leads/custom_fields?limit=5')).body).toMatchObject({ _total_items: expect.any(Number), _page_count: expect.any(Number), _links: { last: { href: expect.any(String) } } });
});

it('core 3.1 writing answers 200, never 201', async () => {
	const lead = await create('/leads');
	expect((await api('POST', '/leads', [{}])).status).toBe(200);
	expect((await api('PATCH', `/leads/${lead}`, { name: 'x' })).status).toBe(200);
});

const EMPTY = `/leads /contacts /companies /customers /tasks /leads/unsorted /leads/notes /leads/tags /catalogs /events /webhooks /sources
	/website_buttons /chats/templates /contacts/chats /customers/transactions`.split(/\s+/);

it.each(EMPTY)('core 3.2 an empty list is 204 without a body: %s', async (path) => {
	expect(await api('GET', path)).toEqual({ status: 204, type: '', body: { text: '' } });
});

it('core 3.2 a page past the end is 204', async () => {
	await leads(2);
	expect((await api('GET', '/leads?page=2')).status).toBe(204);
});

it('core 3.2 an unknown or trashed lead, contact or company is 204, not 404', async () => {
	for (const type of ['leads', 'contacts', 'companies'] as const) {
		const id = await create(`/${type}`, { name: 'x' });
		bench.emulator.ui.remove(type, id);
		expect((await api('GET', `/${type}/${id}`)).status).toBe(204);
		expect((await api('GET', `/${type}/1`)).status).toBe(204);
	}
});

it('core 3.2 an unknown task, note or pipeline is 404 or 204: two switches', async () => {
	const paths = ['/tasks/1', '/leads/notes/1', '/leads/pipelines/1', '/leads/loss_reasons/1', '/users/1', '/leads/custom_fields/1'];
	const statuses = async () => await Promise.all(paths.map(async (path) => (await api('GET', path)).status));
	expect(await statuses()).toEqual([404, 404, 404, 404, 404, 404]);
	Object.assign(bench.emulator.switches, { missingTaskStatus: 204, missingOtherStatus: 204 });
	expect(await statuses()).toEqual([204, 204, 204, 204, 204, 204]);
});

it('core 3.2 links of an entity without links: 200 and an empty list, or 204 by the switch', async () => {
	const lead = await create('/leads');
	expect(await api('GET', `/leads/${lead}/links`)).toMatchObject({ status: 200, body: { _embedded: { links: [] } } });
	bench.emulator.switches.emptyLinksStatus = 204;
	expect((await api('GET', `/leads/${lead}/links`)).status).toBe(204);
});

it('core 3.2 an unknown route is 404 with method and address, a wrong method 405 without a body', async () => {
	expect(await api('GET', '/nothing?a=1')).toMatchObject({
		status: 404,
		body: { title: 'Not Found', type: 'https://httpstatus.es/404', status: 404, detail: `Cannot GET ${bench.emulator.url}/api/v4/nothing?a=1!` },
	});
	expect(await api('DELETE', '/leads')).toEqual({ status: 405, type: '', body: { text: '' } });
});

it('core 3.3 pages start at 1 and have 50 rows, 250 at most; a larger limit is clamped silently', async () => {
	for (let batch = 0; batch < 2; batch += 1) await leads(150);
	expect(await ids('/leads')).toHaveLength(50);
	for (const limit of [251, 500]) {
		const answer = await api('GET', `/leads?limit=${limit}`);
		expect(rows(answer, 'leads')).toHaveLength(250);
		expect(answer.body._links).toMatchObject({ self: { href: expect.stringContaining('limit=250') } });
	}
	expect(await ids('/leads?page=0&limit=3')).toEqual(await ids('/leads?limit=3'));
});

it.each([['exact', [true, false], 200], ['full', [true, true], 204], ['always', [true, true], 204]] as const)('core 3.3 a last page that is full has a next link or not, by the switch: %s', async (nextLink, hasNext, after) => {
	const { switches } = bench.emulator;
	switches.nextLink = nextLink;
	await leads(4);
	await create('/tasks', { text: 'x', complete_till: 1_900_000_000 });
	const next = async (path: string) => (((await api('GET', path)).body._links as Record<string, { href: string }>).next ?? {}).href;
	const links = [await next('/leads?limit=2'), await next('/leads?limit=2&page=2')];
	expect(links.map((href) => href !== undefined)).toEqual(hasNext);
	if (links[1]) expect((await bench.call('GET', links[1])).status).toBe(after);
	// A page that is not full, and a list that counts its rows.
	expect(await next('/tasks')).toEqual(nextLink === 'always' ? expect.stringContaining('page=2') : undefined);
	expect(await next('/leads/custom_fields?limit=250&page=1')).toBe(undefined);
});

it('extended 12 pages may be shorter than asked for and end without a next link, by the switch', async () => {
	bench.emulator.switches.shortPages = 2;
	await leads(3);
	const first = await api('GET', '/leads?limit=250');
	expect([rows(first, 'leads').length, Object.keys(first.body._links as object)]).toEqual([2, ['self']]);
	expect(await ids('/leads?limit=250&page=2')).toHaveLength(1);
});

it('core 3.3 pipelines ignore page and limit', async () => {
	expect(await ids('/leads/pipelines?page=7&limit=1', 'pipelines')).toHaveLength(2);
});

it('core 3.4 brackets with and without numbers, raw and encoded, mean the same', async () => {
	const [one, two] = await leads(3);
	const forms = [`filter[id][]=${one}&filter[id][]=${two}`, `filter[id][0]=${one}&filter[id][1]=${two}`, `filter%5Bid%5D%5B%5D=${one}&filter%5Bid%5D%5B%5D=${two}`];
	for (const form of forms) expect(await ids(`/leads?${form}`)).toEqual([one, two]);
	expect((await api('GET', '/leads?with=contacts,loss_reason')).body).toMatchObject({ _embedded: { leads: [{ _embedded: { contacts: [], loss_reason: [] } }, {}, {}] } });
});

describe('core 3.5 silent acceptance', () => {
	it('core 3.5 unknown filters return everything with 200', async () => {
		await leads(3);
		expect(await ids('/leads?filter[nonsense]=1&filter[status_id]=142')).toHaveLength(3);
	});

	it('core 3.5 unknown orders and directions fall back to updated_at ascending', async () => {
		const [one, two, three] = await leads(3, (index) => ({ updated_at: 1_700_000_000 - index, name: `n${index}` }));
		for (const order of ['', '?order[nonsense]=desc', '?order[updated_at]=zzz', '?order[name]=asc', '?order[complete_till]=asc']) expect(await ids(`/leads${order}`)).toEqual([three, two, one]);
		expect(await ids('/leads?order[updated_at]=desc')).toEqual([one, two, three]);
	});

	it('core 3.5 each list sorts by what was measured', async () => {
		const stamp = [{ created_at: 30, updated_at: 20, name: 'b' }, { created_at: 10, updated_at: 30, name: 'c' }, { created_at: 20, updated_at: 10, name: 'a' }];
		const expected: Record<string, Record<string, string>> = {
			leads: { id: '123', created_at: '231', updated_at: '312', name: '312' },
			contacts: { id: '123', created_at: '312', updated_at: '312', name: '312' },
			companies: { id: '123', created_at: '312', updated_at: '312', name: '312' },
		};
		for (const [type, orders] of Object.entries(expected)) {
			const made = rows(await api('POST', `/${type}`, stamp.map((times, index) => ({ ...times, ...(type === 'leads' ? {} : { name: ['b', 'c', 'a'][index] }) }))), type).map(({ id }) => id);
			for (const [field, order] of Object.entries(orders)) {
				const found = await ids(`/${type}?order[${field}]=asc`, type);
				expect([type, field, found.map((id) => made.indexOf(id) + 1).join('')]).toEqual([type, field, order]);
			}
			expect((await ids(`/${type}?order[id]=desc`, type)).map((id) => made.indexOf(id) + 1)).toEqual([3, 2, 1]);
		}
		const names = (await ids('/contacts?order[name]=desc', 'contacts')).map((id) => bench.emulator.account.contacts.get(Number(id))?.name);
		expect(names).toEqual(['c', 'b', 'a']);
	});

	it('core 3.5 tasks sort by id, created_at and complete_till, not by updated_at', async () => {
		const task = (created_at: number, updated_at: number, complete_till: number) => ({ text: 'x', created_at, updated_at, complete_till });
		const made = rows(await api('POST', '/tasks', [task(30, 20, 100), task(10, 30, 300), task(20, 10, 200)]), 'tasks').map(({ id }) => id);
		const order = async (query: string) => (await ids(`/tasks?${query}`, 'tasks')).map((id) => made.indexOf(id) + 1).join('');
		expect([await order('order[created_at]=asc'), await order('order[complete_till]=desc'), await order('order[id]=desc')]).toEqual(['231', '231', '321']);
		expect([await order(''), await order('order[updated_at]=desc')]).toEqual(['312', '312']);
	});

	it('core 3.5 incoming leads are always newest first', async () => {
		const form = (created_at: number) => ({ source_uid: 's', source_name: 'n', metadata: {}, created_at });
		await api('POST', '/leads/unsorted/forms', [form(10), form(30), form(20)]);
		for (const query of ['', '?order[created_at]=asc', '?order[updated_at]=asc']) {
			expect(rows(await api('GET', `/leads/unsorted${query}`), 'unsorted').map(({ created_at }) => created_at)).toEqual([30, 20, 10]);
		}
	});
});

describe('core 3.6 filters', () => {
	it('core 3.6 every documented filter of leads', async () => {
		const { account } = bench.emulator;
		const [admin, manager] = [...account.users.keys()];
		const [, wholesale] = [...account.pipelines.values()];
		const stage = wholesale?.statuses[2]?.id;
		const [one, two] = await leads(3, (index) => (index === 0 ? { name: 'Big', price: 900, responsible_user_id: manager, created_by: 0, updated_by: 0, created_at: 100, updated_at: 200 } : index === 1 ? { pipeline_id: wholesale?.id, status_id: stage, price: 5.5 } : { status_id: 142, closed_at: 700, price: 50 }));
		const three = (await ids('/leads?order[id]=desc&limit=1'))[0];
		const cases: [string, unknown[]][] = [
			[`filter[id]=${one}`, [one]],
			[`filter[responsible_user_id][]=${manager}`, [one]],
			['filter[created_by]=0', [one]],
			['filter[updated_by]=0', [one]],
			[`filter[created_by][]=${admin}`, [two, three]],
			['filter[name]=Big', [one]],
			[`filter[pipeline_id]=${wholesale?.id}`, [two]],
			[`filter[statuses][0][pipeline_id]=${wholesale?.id}&filter[statuses][0][status_id]=${stage}`, [two]],
			['filter[price][from]=6&filter[price][to]=100', [three]],
			['filter[price]=900', [one]],
			['filter[created_at][to]=100', [one]],
			['filter[updated_at][from]=200&filter[updated_at][to]=200', [one]],
			['filter[updated_at]=200', [one]],
			['filter[closed_at][from]=600&filter[closed_at][to]=800', [three]],
		];
		for (const [query, found] of cases) expect([query, (await ids(`/leads?order[id]=asc&${query}`)).map(Number)]).toEqual([query, found.map(Number)]);
	});

	it('core 3.6 custom fields are filtered by value, enum id, 1/0 and range', async () => {
		const { account } = bench.emulator;
		const field = (type: string) => account.fieldsOf('leads').find((row) => row.type === type);
		const option = field('select')?.enums?.[1];
		const value = (type: string, item: object) => ({ field_id: field(type)?.id, values: [item] });
		const [one] = await leads(2, (index) => ({
			custom_fields_values: index === 0
				? [value('numeric', { value: 15 }), value('select', { enum_id: option?.id }), value('checkbox', { value: true }), value('date_time', { value: 1_700_000_000 }), value('textarea', { value: 'long text' })]
				: [value('numeric', { value: 7 }), value('checkbox', { value: false })],
		}));
		const of = (type: string, rest: string) => `filter[custom_fields_values][${field(type)?.id}]${rest}`;
		const filters = [of('numeric', '[]=15'), of('select', `[]=${option?.id}`), of('checkbox', '[]=1'), of('date_time', '[from]=1699999999'), of('numeric', '[from]=10&') + of('numeric', '[to]=20'), of('textarea', '[]=long text')];
		for (const filter of filters) expect([filter, await ids(`/leads?${filter}`)]).toEqual([filter, [one]]);
	});

	it('core 3.6 without the paid option filters are ignored with 200, query still works; filter[id] is a switch', async () => {
		const [one] = await leads(3, (index) => ({ name: `name ${index}` }));
		bench.emulator.switches.isApiFilterEnabled = false;
		expect((await api('GET', '/account?with=is_api_filter_enabled')).body).toMatchObject({ is_api_filter_enabled: false });
		expect(await ids(`/leads?filter[id]=${one}&filter[name]=name 1`)).toHaveLength(3);
		expect(await ids('/leads?query=name 0')).toEqual([one]);
		bench.emulator.switches.freeFilterById = true;
		expect(await ids(`/leads?filter[id]=${one}&filter[name]=name 1`)).toEqual([one]);
	});

	it('core 3.6 filters of tasks are no part of the paid option', async () => {
		bench.emulator.switches.isApiFilterEnabled = false;
		const task = await create('/tasks', { text: 'a', complete_till: 1 });
		await create('/tasks', { text: 'b', complete_till: 1 });
		expect(await ids(`/tasks?filter[id]=${task}`, 'tasks')).toEqual([task]);
	});

	it('core 3.6 a name is compared whole, or in parts by the switch', async () => {
		await leads(2, (index) => ({ name: index === 0 ? 'Order' : 'Order 15' }));
		expect(await ids('/leads?filter[name]=Order')).toHaveLength(1);
		bench.emulator.switches.nameFilter = 'partial';
		expect(await ids('/leads?filter[name]=Order')).toHaveLength(2);
	});

	it('core 3.6 query searches filled fields, phones and emails too', async () => {
		await create('/contacts', { name: 'Ann', custom_fields_values: [{ field_code: 'PHONE', values: [{ value: '+15550001' }] }, { field_code: 'EMAIL', values: [{ value: 'ann@x.example' }] }] });
		for (const query of ['5550001', 'ann@x', 'nn']) expect(await ids(`/contacts?query=${encodeURIComponent(query)}`, 'contacts')).toHaveLength(1);
		expect((await api('GET', '/contacts?query=bob')).status).toBe(204);
	});
});

describe('core 3.7 limits', () => {
	const burst = async (count: number) => await Promise.all(Array.from({ length: count }, async () => await api('GET', '/account')));

	it('core 3.7 above 7 requests in any second comes a 429; its body is HTML, or JSON by the switch', async () => {
		bench.emulator.world.limiter.limits = { integration: 7, account: 50 };
		const bodies: Record<string, unknown> = {};
		for (const body of ['html', 'json', 'json_retry_after'] as const) {
			bench.emulator.switches.rateLimitBody = body;
			const refused = (await burst(12)).filter(({ status }) => status === 429);
			expect(refused.length).toBeGreaterThan(0);
			bodies[body] = refused[0];
			await bench.emulator.clock.advance(1_001);
		}
		expect(bodies).toMatchObject({
			html: { type: 'text/html', body: { text: expect.stringContaining('429 Too Many Requests') } },
			json: { type: 'application/problem+json', body: { status: 429 } },
			json_retry_after: { body: { status: 429, retry_after: 1 } },
		});
	});

	it('core 3.7 after repeated breaches everything is 403 in HTML until the block is lifted', async () => {
		await call('POST', '/__emulator/rate-limit', { integration: 2, account: 50, blockAfter: 3 });
		await burst(10);
		await bench.emulator.clock.advance(3_600_000);
		expect(await api('GET', '/account')).toMatchObject({ status: 403, type: 'text/html', body: { text: expect.stringContaining('nginx') } });
		await call('POST', '/__emulator/rate-limit', false);
		expect((await api('GET', '/account')).status).toBe(200);
	});

	it('core 3.7 the limit of the account holds over all integrations, and v2 counts too', async () => {
		bench.emulator.world.limiter.limits = { integration: 100, account: 3 };
		const answers = await Promise.all([0, 1, 2, 3, 4].map((index) => (index % 2 ? api('GET', '/account') : call('POST', '/api/v2/salesbot/run', []))));
		expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
	});
});

it('core 3.8 250 rows in a batch; more are refused, or taken by the switch', async () => {
	const post = async (count: number) => (await api('POST', '/leads', Array.from({ length: count }, () => ({})))).status;
	expect([await post(250), await post(251)]).toEqual([200, 400]);
	bench.emulator.switches.batchOverLimit = 'accept';
	expect(await post(251)).toBe(200);
});

it('core 3.8 leads/complex takes 50 leads with up to 40 custom field values', async () => {
	const complex = async (body: object[]) => (await api('POST', '/leads/complex', body)).status;
	const many = (count: number) => Array.from({ length: count }, () => ({}));
	expect([await complex(many(50)), await complex(many(51))]).toEqual([200, 400]);
	const field = await create('/leads/custom_fields', { name: 'F', type: 'text' });
	const values = (count: number) => Array.from({ length: count }, () => ({ field_id: field, values: [{ value: 'x' }] }));
	expect([await complex([{ custom_fields_values: values(40) }]), await complex([{ custom_fields_values: values(41) }])]).toEqual([200, 400]);
});

it('core 3.9 401 tells the same whatever is wrong with the token', async () => {
	for (const authorization of ['', 'Bearer nonsense', 'Basic abc', 'Bearer']) {
		expect(await api('GET', '/leads', undefined, { authorization })).toMatchObject({
			status: 401, body: { title: 'Unauthorized', type: 'https://httpstatus.es/401', status: 401, detail: 'Invalid user name or password' },
		});
	}
});

it('core 3.9 402: writes stop at once, reads survive; or everything stops: a switch', async () => {
	const statuses = async () => [(await api('GET', '/account')).status, (await api('POST', '/leads', [{}])).status];
	expect(await statuses()).toEqual([200, 200]);
	bench.emulator.switches.unpaid = 'writes';
	expect(await statuses()).toEqual([200, 402]);
	bench.emulator.switches.unpaid = 'all';
	expect(await statuses()).toEqual([402, 402]);
});

it('core 3.9 5xx are HTML pages, and a 400 may come without validation-errors: fault plans', async () => {
	const fault = (action: object) => call('POST', '/__emulator/faults', { path: '/api/v4/leads', action });
	await fault({ kind: 'status', status: 504 });
	expect(await api('GET', '/leads')).toMatchObject({ status: 504, type: 'text/html' });
	await fault({ kind: 'status', status: 400, body: { title: 'Bad Request', status: 400, detail: 'Возникла системная ошибка. Пожалуйста, повторите попытку.' } });
	const answer = await api('GET', '/leads');
	expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
	expect(answer.body).not.toHaveProperty('validation-errors');
});

it('core 3.10 one bad field rejects the whole batch, grouped by request_id', async () => {
	const answer = await api('POST', '/leads', [{}, { request_id: 'x', custom_fields_values: [{ field_id: 1, values: [{ value: 'y' }] }] }, { status_id: 5, price: 'a lot' }]);
	expect(answer).toMatchObject({ status: 400, type: 'application/problem+json', body: { title: 'Bad Request', type: 'https://httpstatus.es/400', status: 400, detail: 'Request validation failed' } });
	expect(answer.body['validation-errors']).toMatchObject([
		{ request_id: 'x', errors: [{ code: 'NotSupportedChoice', path: 'custom_fields_values.0.field_id', detail: 'The value you selected is not a valid choice.' }] },
		{ request_id: '2', errors: [{ code: 'InvalidType', path: 'price' }] },
	]);
	expect(bench.emulator.account.leads.size).toBe(0);
});

it('core 3.10 NotSupportedChoice: unknown field, foreign enum, foreign stage, unknown user', async () => {
	const { account } = bench.emulator;
	const [, wholesale] = [...account.pipelines.values()];
	const select = account.fieldsOf('leads').find(({ type }) => type === 'select')?.id;
	const contactField = account.fieldsOf('contacts')[0]?.id;
	const answer = await api('POST', '/leads', [
		{ custom_fields_values: [{ field_id: contactField, values: [{ value: 'x' }] }] },
		{ custom_fields_values: [{ field_id: select, values: [{ value: 'none of them' }] }] },
		{ status_id: wholesale?.statuses[1]?.id },
		{ responsible_user_id: 5 },
	]);
	expect(errors(answer)).toEqual({
		0: ['NotSupportedChoice custom_fields_values.0.field_id'],
		1: ['NotSupportedChoice custom_fields_values.0.values.0.value'],
		2: ['NotSupportedChoice status_id'],
		3: ['NotSupportedChoice responsible_user_id'],
	});
});

it('core 3.10 a wrong type and an unknown choice can come together; a single object has no request_id', async () => {
	expect(errors(await api('POST', '/leads', [{ custom_fields_values: [{ field_id: '12', values: [] }] }]))).toEqual({
		0: ['NotSupportedChoice custom_fields_values.0.field_id', 'InvalidType custom_fields_values.0.field_id'],
	});
	expect(errors(await api('DELETE', '/leads/pipelines/1'))).toEqual({ '-': ['NotSupportedChoice id'] });
});

it('core 3.11 request_id is echoed; without one the index comes as a string', async () => {
	expect(rows(await api('POST', '/leads', [{ request_id: 'mine' }, {}]), 'leads').map(({ request_id }) => request_id)).toEqual(['mine', '1']);
	const complex = (await api('POST', '/leads/complex', [{}, { request_id: 'b' }])).body as unknown as { request_id: string[] }[];
	expect(complex.map(({ request_id }) => request_id)).toEqual([['0'], ['b']]);
});

it('core 3.11 PATCH of leads has no request_id unless the switch says so, PATCH of tasks always has', async () => {
	const id = await create('/leads');
	const task = await create('/tasks', { text: 'x', complete_till: 1 });
	const patched = async (path: string, key: string, of: number) => rows(await api('PATCH', path, [{ id: of, request_id: 'r' }]), key)[0];
	expect(await patched('/leads', 'leads', id)).not.toHaveProperty('request_id');
	expect(await patched('/tasks', 'tasks', task)).toMatchObject({ request_id: 'r' });
	bench.emulator.switches.patchEchoesRequestId = true;
	expect(await patched('/leads', 'leads', id)).toMatchObject({ request_id: 'r' });
});

it('core 3.11 a batch is an array, one entity an object; anything else is 400', async () => {
	const id = await create('/leads');
	for (const body of [{ 0: {} }, {}, 'x', 5, []]) expect((await api('POST', '/leads', body)).status).toBe(400);
	expect((await api('PATCH', `/leads/${id}`, [{ name: 'x' }])).status).toBe(400);
});
