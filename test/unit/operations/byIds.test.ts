import type { IDataObject } from 'n8n-workflow';

import { findByIds } from '../../../nodes/AmoCrm/operations/byIds';
import type { ApiRequest, Reply } from '../../../nodes/AmoCrm/transport/types';
import { failed, ok, scriptedClient } from '../transport/scripted';

const LEADS = { path: '/leads', collection: 'leads' };

interface Account {
	/** How many leads it has, with the IDs from 1. */
	size: number;
	obeysFilter?: boolean;
	/** amoCRM's own largest page. */
	cut?: number;
	single?: (id: number) => Reply;
}

/** Reads leads by their IDs out of an account. */
async function find(ids: number[], { size, obeysFilter = false, cut = 250, single }: Account) {
	const answer = ({ path, query = {} }: ApiRequest): Reply => {
		const id = Number(/^\/leads\/(\d+)$/.exec(path)?.[1]);
		if (id > 0) return single?.(id) ?? (id <= size ? ok({ id }) : ok());
		const wanted = (query.filter as { id?: number[] } | undefined)?.id;
		const all = wanted && obeysFilter ? wanted.filter((own) => own <= size) : Array.from({ length: size }, (_, index) => index + 1);
		const [page, limit] = [Number(query.page ?? 1), Math.min(Number(query.limit), cut)];
		const rows = all.slice((page - 1) * limit, page * limit).map((own) => ({ id: own }));
		const _links = page * limit < all.length ? { next: { href: 'next' } } : {};
		return rows.length === 0 ? ok() : ok({ _links, _embedded: { leads: rows } } as IDataObject);
	};
	const { client, requests } = scriptedClient(answer);
	const found = await findByIds(client, LEADS, '', ids);
	return { found: [...found.keys()].map(Number).sort((a, b) => a - b), records: found, requests };
}

const range = (from: number, to: number, step = 1) => Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

describe('records by their IDs', () => {
	it('come through the filter, in as few requests as an address can hold', async () => {
		const ids = range(1, 400);
		expect(await find(ids, { size: 10_000, obeysFilter: true })).toMatchObject({ found: ids, requests: { length: 2 } });
	});

	it('come through the filter where amoCRM cuts pages to a size of its own, too', async () => {
		const ids = range(1, 300);
		const { found, requests } = await find([...ids, 20_000], { size: 10_000, obeysFilter: true, cut: 50 });
		expect(found).toEqual(ids);
		expect(requests.every(({ path }) => path === '/leads')).toBe(true);
		expect(requests).toHaveLength(6);
	});

	it('where the filter is ignored, come out of the whole list when that takes fewer requests', async () => {
		const ids = range(601, 1_000);
		const { found, requests } = await find(ids, { size: 1_200 });
		expect(found).toEqual(ids);
		expect(requests.length).toBeLessThanOrEqual(12);
	});

	it('where the filter is ignored, come one by one out of a long list', async () => {
		const ids = range(10_001, 10_040);
		const { found, requests } = await find(ids, { size: 1_000_000 });
		expect(found).toEqual(ids);
		// The filter, the question how long the list is, and the records.
		expect(requests).toHaveLength(42);
	});

	it('that the whole list does not have are asked for, as it may not show all', async () => {
		const { found, records } = await find([...range(2, 400, 2), 5_000, 5_001], { size: 500, single: (id) => (id === 5_000 ? ok({ id }) : ok()) });
		expect(found).toEqual([...range(2, 400, 2), 5_000]);
		expect(records.has(5_001)).toBe(false);
	});

	it.each([{}, [], { id: 8 }, { id: null }, { status: 404 }, { _embedded: null }])('answered with %j are not known', async (body) => {
		const { records } = await find([7], { size: 10, single: () => ok(body as unknown as IDataObject) });
		expect(records.get(7)).toMatchObject({ kind: 'malformed', message: expect.stringMatching(/^amoCRM answered \(200\) without the record 7/) as string });
	});

	it('are not known where the whole list breaks off', async () => {
		const ids = range(300, 400);
		const { client } = scriptedClient(({ query }) => {
			const { page = 1, limit } = query as { page?: number; limit: number };
			if (limit === 1) return ok();
			return page === 1 ? ok({ _links: { next: {} }, _embedded: { leads: range(1, limit).map((id) => ({ id })) } } as IDataObject) : failed('server');
		});
		const found = await findByIds(client, LEADS, '', ids);
		expect(ids.map((id) => found.get(id))).toEqual(ids.map(() => expect.objectContaining({ kind: 'server' }) as object));
	});
});
