import type { IDataObject } from 'n8n-workflow';

import { HISTORY_EVENTS, HOOK_EVENTS, triggerEvent } from '../../../nodes/AmoCrm/fields/hookEvents';
import { itemsOf, momentOf, readHistory, readNewest } from '../../../nodes/AmoCrm/trigger/history';
import type { ApiClient } from '../../../nodes/AmoCrm/transport/client';
import type { ApiRequest } from '../../../nodes/AmoCrm/transport/types';
import { failed, ok, scriptedClient } from '../transport/scripted';

/** The history of the account in place of webhooks. */

const NOW = 1_000_000;

/** An account with these events, newest first, whose clock says `NOW`. */
function accountWith(events: IDataObject[], isAscending = false) {
	const { client, requests } = scriptedClient(({ query }: ApiRequest) => {
		const { from = 0, to = Infinity } = (query?.filter as { created_at: { from?: number; to?: number } }).created_at;
		const found = events.filter(({ created_at: at }) => Number(at) >= from && Number(at) <= to);
		const [limit, page] = [Number(query?.limit), Number(query?.page ?? 1)];
		const inOrder = [...found].sort((a, b) => (Number(b.created_at) - Number(a.created_at)) * (isAscending ? -1 : 1));
		const rows = inOrder.slice((page - 1) * limit, page * limit);
		return rows.length > 0 ? ok({ _links: page * limit < found.length ? { next: {} } : {}, _embedded: { events: rows } } as IDataObject) : ok();
	});
	return { client: { ...client, dated: () => NOW } as ApiClient, requests };
}

let id = 0;
const entry = (at: number, more: IDataObject = {}): IDataObject => ({ id: `e${(id += 1)}`, type: 'lead_added', entity_type: 'lead', entity_id: id, created_by: 7, created_at: at, value_after: [], value_before: [], account_id: 31, ...more });

test('every event is told in one way at least, and each way knows what it does not', () => {
	expect(HOOK_EVENTS.filter(({ code }) => triggerEvent(code).types.length === 0).map(({ code }) => code).sort()).toEqual(
		['add_catalog', 'add_chat_template_review', 'add_unsorted', 'delete_catalog', 'delete_talk', 'delete_unsorted', 'update_catalog', 'update_unsorted'],
	);
	expect(HISTORY_EVENTS.filter(({ isHistoryOnly }) => isHistoryOnly).length).toBeGreaterThan(10);
	expect(triggerEvent('nps_rate_added')).toMatchObject({ types: ['nps_rate_added'], isHistoryOnly: true });
});

describe('reading', () => {
	const span = { codes: ['add_lead'], after: NOW - 1000, overlap: 100 };

	test.each([0, 1, 99])('%s events are one request', async (count) => {
		const { client, requests } = accountWith(Array.from({ length: count }, (_, index) => entry(NOW - 500 + index)));
		const { events } = await readHistory(client, span);
		expect([events.length, requests.length]).toEqual([count, 1]);
		expect(requests[0]?.query).toMatchObject({ filter: { type: ['lead_added'], entity: ['lead'], created_at: { from: NOW - 1100 } } });
	});

	test.each([true, false])('more are read whole and come oldest first (the list is ascending: %s)', async (isAscending) => {
		const all = Array.from({ length: 333 }, (_, index) => entry(NOW - 900 + Math.floor(index / 10)));
		const { client } = accountWith(isAscending ? all : [...all].reverse(), isAscending);
		const { events, until } = await readHistory(client, span);
		expect(events.map((row) => row.id)).toEqual(all.map((row) => row.id));
		expect(until).toBeUndefined();
	});

	test('more than an execution holds is read in parts, none of them missed', async () => {
		const all = Array.from({ length: 25_000 }, (_, index) => entry(NOW - 900 + Math.floor(index / 50)));
		const { client } = accountWith([...all].reverse());
		const seen = new Set<unknown>();
		let after = span.after;
		for (let part = 0; part < 10; part += 1) {
			const { events, until } = await readHistory(client, { ...span, after });
			expect(events.length).toBeLessThanOrEqual(10_000 + 100 * 50);
			for (const row of events) seen.add(row.id);
			if (until === undefined) break;
			after = until;
		}
		expect(seen.size).toBe(25_000);
	});

	test('what all happened in the end of a long quiet time is read without a look at nothing', async () => {
		const all = Array.from({ length: 900 }, (_, index) => entry(NOW - 30 + Math.floor(index / 50)));
		const { client, requests } = accountWith([...all].reverse());
		const seen: unknown[] = [];
		const readings: number[] = [];
		for (let after: number | undefined = NOW - 30 * 86_400; after !== undefined; ) {
			const { events, until, readUpTo } = await readHistory(client, { ...span, after, overlap: 0, most: 300 });
			expect(events.length).toBeGreaterThan(0);
			expect(readUpTo).toBe(until ?? NOW - 13);
			seen.push(...events.filter((row) => momentOf(row) > Number(after)).map((row) => row.id));
			readings.push(events.length);
			after = until;
		}
		expect(seen).toEqual(all.map((row) => row.id));
		expect(Math.max(...readings)).toBeLessThanOrEqual(300 + 50);
		expect(requests.length).toBeLessThan(120);
	});

	test('a little for long, and then much, is read in few parts', async () => {
		const all = [...Array.from({ length: 70 }, (_, index) => entry(NOW - 100_000 + index * 1000)), ...Array.from({ length: 1050 }, (_, index) => entry(NOW - 100 + Math.floor(index / 20)))];
		const { client } = accountWith([...all].reverse());
		let parts = 0;
		for (let after: number | undefined = NOW - 200_000; after !== undefined; parts += 1) ({ until: after } = await readHistory(client, { ...span, after, overlap: -1, most: 1000 }));
		expect(parts).toBeLessThanOrEqual(3);
	});

	test('what is as long as it was is one request, whatever there is', async () => {
		for (const count of [100, 101, 210, 2310]) {
			const all = Array.from({ length: count }, () => entry(NOW - 50));
			const asked = async (known: number) => {
				const { client, requests } = accountWith(all);
				const { events, readUpTo } = await readHistory(client, { ...span, known });
				return [events.length, readUpTo, requests.length === 1];
			};
			expect(await asked(count)).toEqual([0, undefined, true]);
			for (const other of [count - 1, count + 1]) expect(await asked(other)).toEqual([count, NOW - 50, false]);
		}
	});

	test('an entry of the future does not lead past what comes before it', async () => {
		const { client } = accountWith([entry(NOW - 50), entry(Math.floor(Date.now() / 1000) + 30 * 86_400)].reverse());
		expect((await readHistory(client, span)).readUpTo).toBe(NOW - 50);
		expect((await readNewest(client, span.codes)).from).toBe(NOW - 50);
	});

	test('10,000 events take little more than the hundred pages that they are', async () => {
		const { client, requests } = accountWith(Array.from({ length: 10_000 }, (_, index) => entry(NOW - 900 + Math.floor(index / 50))).reverse());
		const { events, until } = await readHistory(client, span);
		expect([events.length, until]).toEqual([10_000, undefined]);
		expect(requests.length).toBeLessThanOrEqual(120);
	});

	test.each([
		['and says so', [NOW - 900, NOW - 100], NOW - 500],
		['but says nothing where there was nothing', [NOW - 100], undefined],
		['nor where it was known before', [NOW - 1050, NOW - 100], undefined],
	])('what is too old is left out, %s', async (_name, moments, leftOutBefore) => {
		const { client } = accountWith(moments.map((at) => entry(at)));
		const { events, ...history } = await readHistory(client, { ...span, atMost: 500 });
		expect(events).toMatchObject([{ created_at: NOW - 100 }]);
		expect(history.leftOutBefore).toBe(leftOutBefore);
	});

	test('what is no event is refused, and a failure says what is needed', async () => {
		await expect(readHistory(accountWith([{ ...entry(NOW - 100), id: null }]).client, span)).rejects.toThrow('without their type, ID or time');
		const { client } = scriptedClient(() => failed('paymentRequired'));
		await expect(readHistory(client, span)).rejects.toMatchObject({ facts: { advice: 'This needs a plan with the history of events.' } });
	});
});

describe('what webhooks would have told', () => {
	const lead = (type: string, more: IDataObject = {}) => entry(NOW, { type, entity_id: 5, ...more });
	const moved = lead('lead_status_changed', { value_before: [{ lead_status: { id: 1, pipeline_id: 10 } }], value_after: [{ lead_status: { id: 2, pipeline_id: 10 } }] });
	const renamed = lead('name_field_changed', { value_before: [{ name_field_value: { name: 'a' } }], value_after: [{ name_field_value: { name: 'b' } }] });
	const ofField = lead('custom_field_77_value_changed', { value_after: [{ custom_field_value: { field_id: 77, text: 'x' } }] });
	const told = async (events: IDataObject[], codes: string[]) => await itemsOf(accountWith([]).client, events, codes);

	test('one save is one update with the values before, beside what else is wanted of it', async () => {
		const { items, changes } = await told([moved, renamed, ofField], ['status_lead', 'update_lead']);
		expect(items).toMatchObject([
			{ event: 'update_lead', entity: 'lead', action: 'update', data: { id: 5, name: 'b', old_name: 'a', status_id: 2, old_status_id: 1, old_pipeline_id: 10, modified_user_id: 7, updated_at: NOW } },
			{ event: 'status_lead', entity: 'lead', action: 'status', data: { id: 5, status_id: 2, pipeline_id: 10, old_status_id: 1 }, event_id: moved.id, event_at: new Date(NOW * 1000).toISOString() },
		]);
		expect([...(changes.get(items[0] as never) ?? [])]).toEqual(['stage', 'name', '77']);
		expect(changes.has(items[1] as never)).toBe(false);
	});

	test('two saves, two authors and two records are told apart, in order', async () => {
		const events = [renamed, lead('name_field_changed', { created_by: 8 }), lead('name_field_changed'), lead('name_field_changed', { created_at: NOW + 1 }), entry(NOW + 1, { type: 'name_field_changed' })];
		const { items } = await told(events, ['update_lead']);
		expect(items.map(({ event_id }) => event_id)).toEqual(events.map((row) => row.id));
	});

	test.each<[string, string, IDataObject, IDataObject]>([
		['delete_contact', 'contact_deleted', { entity_type: 'contact' }, { entity: 'contact', action: 'delete', data: { id: 5 } }],
		['responsible_lead', 'entity_responsible_changed', { value_before: [{ responsible_user: { id: 1 } }], value_after: [{ responsible_user: { id: 2 } }] }, { data: { responsible_user_id: 2, old_responsible_user_id: 1 } }],
		['note_lead', 'common_note_added', { value_after: [{ note: { id: 9, note_type: 'common', params: { text: 'hi' } } }] }, { action: 'note', data: { id: 9, element_id: 5, entity_type: 'leads', text: 'hi', note_type: 'common', created_by: 7 } }],
		['add_message', 'incoming_chat_message', { linked_talk_contact_id: 3, value_after: [{ message: { id: 'uuid' } }] }, { entity: 'message', data: { id: 'uuid', contact_id: 3, entity_id: 5, entity_type: 'lead', type: 'incoming' } }],
		['update_task', 'task_deadline_changed', { entity_type: 'task', value_before: [{ task_deadline: { timestamp: 1 } }] }, { data: { old_complete_till: 1 } }],
		['task_completed', 'task_completed', { entity_type: 'task' }, { event: 'task_completed', entity: 'task', action: 'completed', data: { id: 5 } }],
		['incoming_call', 'incoming_call', { value_after: [{ note: { id: 9 } }] }, { event: 'incoming_call', entity: 'lead', action: 'note', data: { id: 9, element_id: 5 } }],
		['entity_tag_added', 'entity_tag_added', { value_after: [{ tag: { name: 'x' } }] }, { entity: 'lead', action: 'tag_added', data: { value_after: [{ tag: { name: 'x' } }] } }],
	])('%s', async (code, type, more, expected) => {
		const { items } = await told([lead(type, more)], [code]);
		expect(items).toMatchObject([expected]);
	});

	test('what is about another kind of record is not told', async () => {
		expect((await told([renamed, moved], ['update_contact', 'note_lead', 'add_unsorted'])).items).toEqual([]);
	});
});
