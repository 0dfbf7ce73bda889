import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { ListJob } from '../../../nodes/AmoCrm/transport/pages';
import { readList } from '../../../nodes/AmoCrm/transport/pages';
import type { ApiRequest, Reply } from '../../../nodes/AmoCrm/transport/types';
import { failed, ok, scriptedClient } from './scripted';

interface Options {
	/** amoCRM's own largest page. */
	cut?: number;
	/** Whether pages name the next one. */
	links?: boolean;
	/** Answers instead of the page. */
	fault?: (request: { page: number; limit: number }, index: number) => Reply | undefined;
	/** Called before each page. */
	before?: (index: number) => void;
	parallel?: number;
}

/** Reads a list out of `rows`, as amoCRM gives it. */
async function read(rows: IDataObject[], job: Partial<ListJob> = {}, options: Options = {}) {
	const { cut = 250, links = true, fault, before, parallel } = options;
	const answer = (request: ApiRequest, index: number): Reply => {
		before?.(index);
		const { page, limit } = request.query as { page: number; limit: number };
		const size = Math.min(limit, cut);
		const part = rows.slice((page - 1) * size, page * size);
		const broken = fault?.({ page, limit }, index);
		if (broken) return broken;
		if (part.length === 0) return ok();
		return ok({ _links: links && page * size < rows.length ? { next: { href: 'next' } } : {}, _embedded: { leads: part } } as IDataObject);
	};
	const { client, requests } = scriptedClient(answer, parallel);
	const list = await readList({ client, path: '/leads', collection: 'leads', ...job });
	return { list, pages: requests.map(({ query }) => query as { page: number; limit: number }) };
}

const base = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }) as IDataObject);
const idsOf = (list: Awaited<ReturnType<typeof readList>>) => (list.ok ? list.rows.map(({ id }) => id) : list.failure.kind);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a list', () => {
	it.each([0, 1, 249, 250, 251, 500, 1_000, 1_001])('of %i rows comes whole and in order', async (count) => {
		const { list, pages } = await read(base(count), {}, { parallel: 6 });
		expect(idsOf(list)).toEqual(upTo(count));
		expect(pages.length).toBeLessThanOrEqual(Math.ceil(count / 250) + 6);
	});

	it('ends with the page that names no next one, although it is full', async () => {
		const { pages } = await read(base(1_000), {}, { parallel: 1 });
		expect(pages).toHaveLength(5);
		const full = await read(base(498), {}, { parallel: 1 });
		expect(full.pages).toHaveLength(2);
		const silent = await read(base(1_000), {}, { parallel: 1, links: false });
		expect(idsOf(silent.list)).toHaveLength(1_000);
		expect(silent.pages).toHaveLength(5);
	});

	it('amocrm-js: ends with a 204 behind a full page, and holds no page twice', async () => {
		const { list, pages } = await read(base(500), {}, { parallel: 1, links: false });
		expect(idsOf(list)).toEqual(upTo(500));
		expect(pages).toHaveLength(3);
	});

	it('Z13: has no largest number of pages', async () => {
		const { list } = await read(base(12_345), { maxPageSize: 10 }, { cut: 10, parallel: 6 });
		expect(idsOf(list)).toEqual(upTo(12_345));
	});

	it.each([
		[1, 1, 1],
		[50, 50, 1],
		[250, 250, 1],
		[300, 150, 2],
		[1_000, 250, 4],
	])('with limit %i reads pages of %i, %i of them, and no more', async (limit, size, count) => {
		const { list, pages } = await read(base(3_000), { limit }, { parallel: 6 });
		expect(idsOf(list)).toEqual(upTo(limit));
		expect(pages.map((page) => page.limit)).toEqual(Array(count).fill(size));
	});

	it('of rows without IDs comes whole too', async () => {
		const { list } = await read(base(1_000).map(({ id }) => ({ name: id })));
		expect(list.ok && list.rows.map(({ name }) => name)).toEqual(upTo(1_000));
	});

	it('goes on where amoCRM cuts pages to a size of its own', async () => {
		const { list } = await read(base(333), {}, { cut: 50, parallel: 4 });
		expect(idsOf(list)).toEqual(upTo(333));
	});

	it('D22: leaves the query of its caller as it was', async () => {
		const query = Object.freeze({ with: 'contacts' });
		const { list } = await read(base(600), { query });
		expect(idsOf(list)).toHaveLength(600);
		expect(query).toEqual({ with: 'contacts' });
	});

	it('holds each row once when rows move to later pages while it is read', async () => {
		const rows = base(1_000);
		const { list } = await read(rows, {}, {
			parallel: 1,
			before: (index) => {
				if (index === 2) rows.unshift({ id: 'new' });
			},
		});
		expect(idsOf(list)).toEqual(upTo(1_000));
		expect(list).toMatchObject({ repeated: 1 });
	});
});

describe('records that are deleted while the list is read', () => {
	/** Deletes before some pages; every other record has to come once, in order. */
	async function readDeleting(count: number, deletions: Map<number, number[]>, parallel = 1, options: Options = {}) {
		const rows = base(count);
		const gone = new Set<unknown>();
		const { list, pages } = await read(rows, {}, {
			...options,
			parallel,
			before: (index) => {
				for (const id of deletions.get(index) ?? []) {
					const place = rows.findIndex((row) => row.id === id);
					if (place >= 0) rows.splice(place, 1);
					gone.add(id);
				}
			},
		});
		const ids = idsOf(list) as number[];
		expect(ids.filter((id) => !gone.has(id))).toEqual(upTo(count).filter((id) => !gone.has(id)));
		expect(new Set(ids).size).toBe(ids.length);
		expect(list).toMatchObject({ repeated: 0 });
		return pages.length;
	}

	it('let none of the others pass between two pages', async () => {
		const undisturbed = await readDeleting(2_500, new Map());
		expect(undisturbed).toBe(11);
		expect(await readDeleting(2_500, new Map([[1, [7]], [3, [8, 9]], [6, [10, 700, 701, 702]]]))).toBeLessThanOrEqual(undisturbed + 3);
	});

	it('may be hundreds at once, or nearly all', async () => {
		await readDeleting(2_500, new Map([[4, upTo(600)]]));
		await readDeleting(2_500, new Map([[5, upTo(900)], [8, upTo(2_400)]]));
		await readDeleting(1_000, new Map([[2, upTo(1_000)]]));
	});

	it('at whatever moment, with pages under way side by side', async () => {
		const moments = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.array(fc.integer({ min: 1, max: 2_500 }), { maxLength: 40 })), { maxLength: 6 });
		await fc.assert(
			fc.asyncProperty(moments, fc.constantFrom(1, 3, 6), async (plan, parallel) => {
				await readDeleting(2_500, new Map(plan), parallel);
			}),
			{ numRuns: 100, seed: 20260131 },
		);
	});

	it('let none pass where amoCRM cuts pages to a size of its own, or cannot answer large ones', async () => {
		const moments = fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 40 })), { maxLength: 6 });
		const cuts = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 249 }));
		await fc.assert(
			fc.asyncProperty(moments, fc.constantFrom(1, 3, 6), cuts, async (plan, parallel, cut) => {
				await readDeleting(600, new Map(plan), parallel, { cut });
			}),
			{ numRuns: 150, seed: 20260131 },
		);
		await fc.assert(
			fc.asyncProperty(moments, fc.constantFrom(1, 3, 6), fc.integer({ min: 20, max: 249 }), fc.integer({ max: 5 }), async (plan, parallel, most, from) => {
				await readDeleting(600, new Map(plan), parallel, { fault: ({ limit }, index) => (index >= from && limit > most ? failed('timeout') : undefined) });
			}),
			{ numRuns: 150, seed: 20260131 },
		);
	});

	it('cost a tenth more requests at most, however long the list is, and a quarter where pages are small', async () => {
		expect((await read(base(10_000), {}, { parallel: 1 })).pages).toHaveLength(43);
		expect((await read(base(100_000), {}, { parallel: 1 })).pages).toHaveLength(433);
		expect((await read(base(10_000), {}, { parallel: 1, cut: 50 })).pages.length).toBeLessThan(250);
	});
});

describe('a list without an end', () => {
	const page = (rows: unknown[], next = true): Reply => ok({ ...(next ? { _links: { next: { href: 'next' } } } : {}), _embedded: { leads: rows } } as IDataObject);
	const nameless = Array.from({ length: 250 }, (_, index) => ({ name: index }));

	it.each([
		['full page that names a next one', base(250), true],
		['full page that names no next one', base(250), false],
		['short page that names a next one', base(3), true],
		['page larger than asked for', base(400), true],
		['page of one row', base(1), true],
		['page of rows without IDs', nameless, true],
		['page of one row that nothing tells apart', [{}], true],
	])('that answers the same %s again and again is an error that says so', async (_what, rows, next) => {
		for (const limit of [undefined, 1_000]) {
			for (const parallel of [1, 6]) {
				const { client, requests } = scriptedClient(() => page(rows, next), parallel);
				const list = await readList({ client, path: '/leads', collection: 'leads', limit });
				expect(list).toMatchObject({ ok: false, failure: { kind: 'malformed', message: expect.stringMatching(/same records again/) as string } });
				expect(requests.length).toBeLessThanOrEqual(16);
			}
		}
	});

	it('that two pages answer in turn is one too', async () => {
		const { client } = scriptedClient(({ query }) => page(base(250).map(({ id }) => ({ id: Number(id) + (Number(query?.page) % 2) * 250 }))));
		expect(idsOf(await readList({ client, path: '/leads', collection: 'leads' }))).toBe('malformed');
	});
});

it('a list that gives everything at once, whatever page is asked for, comes whole', async () => {
	const { client, requests } = scriptedClient(() => ok({ _embedded: { leads: base(777) } } as IDataObject));
	expect(idsOf(await readList({ client, path: '/leads', collection: 'leads' }))).toEqual(upTo(777));
	expect(requests).toHaveLength(1);
});

it('a list that has fixed pages, whatever size is asked for, comes whole', async () => {
	for (const [size, count] of [[50, 60], [50, 1_001], [100, 1_000], [500, 1_300]] as const) {
		const { client } = scriptedClient(({ query }) => {
			const start = (Number(query?.page) - 1) * size;
			const rows = base(count).slice(start, start + size);
			return rows.length === 0 ? ok() : ok({ _links: start + size < count ? { next: { href: 'next' } } : {}, _embedded: { leads: rows } } as IDataObject);
		}, 3);
		expect(idsOf(await readList({ client, path: '/leads', collection: 'leads' }))).toEqual(upTo(count));
	}
});

describe('a page that holds no list', () => {
	it.each([
		{},
		[],
		{ status: 402 },
		{ _embedded: null },
		{ _embedded: [] },
		{ _embedded: {} },
		{ _embedded: { leads: null } },
		{ _embedded: { leads: { 0: { id: 1 } } } },
		{ _embedded: { contacts: [] } },
	])('as %j is no empty list, be it the first page or a later one', async (body) => {
		for (const pages of [0, 1]) {
			const { client, requests } = scriptedClient((_request, index) => (index < pages ? ok({ _embedded: { leads: base(250) } } as IDataObject) : ok(body as unknown as IDataObject)));
			const list = await readList({ client, path: '/leads', collection: 'leads' });
			expect(list).toMatchObject({ ok: false, failure: { kind: 'malformed', message: expect.stringMatching(/^amoCRM answered \(200\) without the list of leads/) as string } });
			expect(requests.length).toBeLessThanOrEqual(pages + 2);
		}
	});

	it('but an empty one is', async () => {
		for (const reply of [ok(), ok({ _embedded: { leads: [] } } as IDataObject)]) {
			const { client } = scriptedClient(() => reply);
			expect(await readList({ client, path: '/leads', collection: 'leads' })).toMatchObject({ ok: true, rows: [] });
		}
	});
});

it('what is no record among the rows does not take the others along, and is told', async () => {
	const rows = base(600).map((row, index) => ([3, 249, 250, 251, 400].includes(index) ? [null, 7, 'x', [], undefined][index % 5] : row)) as IDataObject[];
	const { list } = await read(rows, {}, { parallel: 3 });
	expect(idsOf(list)).toEqual(upTo(600).filter((id) => ![4, 250, 251, 252, 401].includes(id)));
	expect(list).toMatchObject({ hasUnreadable: true, repeated: 0 });
});

describe('a page that is too much', () => {
	it('comes in smaller pages, and the pages after it too', async () => {
		const { list, pages } = await read(base(1_000), {}, { fault: ({ limit }) => (limit > 100 ? failed('timeout') : undefined) });
		expect(idsOf(list)).toEqual(upTo(1_000));
		expect(pages.filter(({ limit }) => limit > 100).length).toBeLessThanOrEqual(4);
	});

	it('loses nothing at the end of the list, wherever that is', async () => {
		for (const count of [995, 1_000, 1_005, 1_013]) {
			const { list } = await read(base(count), {}, { fault: ({ limit }) => (limit > 100 ? failed('timeout') : undefined) });
			expect(idsOf(list)).toEqual(upTo(count));
		}
	});

	it('can be any page, and any size', async () => {
		for (const limit of [301, 777, 1_000]) {
			const { list } = await read(base(1_000), { limit }, { parallel: 3, fault: (page, index) => (index % 3 === 2 && page.limit > 40 ? failed('malformed') : undefined) });
			expect(idsOf(list)).toEqual(upTo(limit));
		}
	});

	it('is a failure in the end', async () => {
		const { list, pages } = await read(base(1_000), {}, { fault: () => failed('timeout') });
		expect(idsOf(list)).toBe('timeout');
		expect(pages.at(-1)?.limit).toBeLessThanOrEqual(10);
		expect(pages.length).toBeLessThan(10);
	});

	it('may be one of those that amoCRM cuts to a size of its own', async () => {
		const { list } = await read(base(1_000), {}, { cut: 50, fault: (_page, index) => (index === 3 ? failed('timeout') : undefined) });
		expect(idsOf(list)).toEqual(upTo(1_000));
	});
});

it('reads full pages when the account ignores the filter and a small limit finds too little', async () => {
	const { list, pages } = await read(base(5_000), { limit: 5, accept: ({ id }) => Number(id) % 500 === 0 });
	expect(idsOf(list)).toEqual([500, 1_000, 1_500, 2_000, 2_500]);
	expect(pages.length).toBeLessThanOrEqual(13);
});

it('withdraws pages past the end that still wait for their turn', async () => {
	const { client, requests } = scriptedClient(async ({ query, signal }) => {
		const { page } = query as { page: number };
		if (page > 2) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
		return page > 2 ? failed('cancelled') : ok({ _embedded: { leads: base(page === 1 ? 250 : 3).map(({ id }) => ({ id: Number(id) + (page - 1) * 249 })) } });
	}, 6);
	const list = await readList({ client, path: '/leads', collection: 'leads' });
	expect(idsOf(list)).toHaveLength(252);
	expect(requests).toHaveLength(7);
});
