import '../../hostile/fastClock';

import * as fc from 'fast-check';
import type { IDataObject, IHttpRequestOptions, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { parse } from 'qs';

import { poll } from '../../../nodes/AmoCrm/trigger/poll';

/**
 * Random histories, polled at random times by an n8n that is restarted and killed, of an account that fails, shows events
 * late and has a clock of its own: every event comes out exactly once, in the order of its record.
 */

const START = 1_760_000_000;
const LATE_S = 30;

interface Happening extends IDataObject {
	id: string;
	created_at: number;
}

/** An account in memory, with time that passes only when the test says so. */
class Account {
	now = START * 1000;

	/** Requests that fail from now on: how, and how many. */
	faults: Array<{ kind: number; times: number }> = [];

	requests: string[] = [];

	/** How wrong the date of the next answers is, s; nothing where they have none. */
	dates: Array<number | undefined> = [];

	/** What happens to others while a request is under way. */
	meanwhile: () => void = () => undefined;

	private readonly history: Array<{ row: Happening; shownAt: number }> = [];

	private readonly leads = new Map<number, { name: string; status: number; changes: number }>();

	happen(lead: number, kind: number, late: number): void {
		const known = this.leads.get(lead);
		if (!known) {
			this.leads.set(lead, { name: 'n0', status: 1, changes: 0 });
			return this.add(lead, late, { type: 'lead_added' });
		}
		known.changes += 1;
		const value = (key: string, inner: IDataObject) => [{ [key]: inner }];
		if (kind === 0) {
			const [old, next] = [known.status, 1 + known.changes];
			known.status = next;
			const stage = (id: number) => value('lead_status', { id, pipeline_id: 10 });
			return this.add(lead, late, { type: 'lead_status_changed', value_before: stage(old), value_after: stage(next) });
		}
		const [old, next] = [known.name, `n${known.changes}`];
		known.name = next;
		const name = (text: string) => value('name_field_value', { name: text });
		return this.add(lead, late, { type: 'name_field_changed', value_before: name(old), value_after: name(next) });
	}

	private add(entity_id: number, late: number, more: IDataObject): void {
		const row = { id: `e${this.history.length}`, entity_id, entity_type: 'lead', created_by: 7, created_at: Math.floor(this.now / 1000), value_before: [], value_after: [], account_id: 1, ...more };
		this.history.push({ row, shownAt: this.now + late * 1000 });
	}

	lead(id: number) {
		return this.leads.get(id);
	}

	get count(): number {
		return this.history.length;
	}

	/** What has happened since there were so many; what was there before and did not show yet may be told, too. */
	since(count: number, { now }: { now: number }): { news: Happening[]; mayCome: Happening[] } {
		const rows = (from: typeof this.history) => from.map(({ row }) => row);
		return { news: rows(this.history.slice(count)), mayCome: rows(this.history.slice(0, count).filter(({ shownAt }) => shownAt > now)) };
	}

	async answer({ url }: IHttpRequestOptions) {
		const { pathname, search } = new URL(url);
		this.requests.push(pathname);
		const [fault] = this.faults;
		if (fault && fault.times > 0) {
			fault.times -= 1;
			if (fault.times === 0) this.faults.shift();
			if (fault.kind === 0) return { statusCode: 429, headers: {}, body: '<html>' };
			if (fault.kind === 1) return { statusCode: 502, headers: {}, body: '<html>' };
			throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
		}
		const wrongBy = this.dates.length > 0 ? this.dates.shift() : 0;
		const headers = () => (wrongBy === undefined ? {} : { date: new Date(this.now + wrongBy * 1000).toUTCString() });
		const query = parse(search.slice(1), { arrayLimit: 1000 }) as { page?: string; limit: string; filter?: { created_at?: { from?: string; to?: string }; type?: string[]; id?: string[] } };
		const pageOf = <T>(rows: T[]): T[] => rows.slice((Number(query.page ?? 1) - 1) * Number(query.limit), Number(query.page ?? 1) * Number(query.limit));
		if (pathname.endsWith('/account')) return { statusCode: 200, headers: headers(), body: { id: 1, subdomain: 'demo', current_user_id: 99 } };
		if (pathname.endsWith('/leads')) {
			const rows = (query.filter?.id ?? []).map((id) => ({ id: Number(id), name: this.leads.get(Number(id))?.name, pipeline_id: 10, status_id: this.leads.get(Number(id))?.status, responsible_user_id: 1, _embedded: {} }));
			return { statusCode: 200, headers: headers(), body: { _embedded: { leads: rows } } };
		}
		const { from = 0, to = Infinity } = query.filter?.created_at ?? {};
		const found = [...this.history].reverse().filter(({ row, shownAt }) => shownAt <= this.now && row.created_at >= Number(from) && row.created_at <= Number(to) && query.filter?.type?.includes(String(row.type)));
		const events = pageOf(found).map(({ row }) => structuredClone(row));
		this.meanwhile();
		return events.length > 0 ? { statusCode: 200, headers: headers(), body: { _embedded: { events } } } : { statusCode: 204, headers: headers(), body: undefined };
	}
}

let hosts = 0;

/** n8n: static data is stored with the rows that a poll gives, and where `isDurable` with every poll. */
class Host {
	stored: IDataObject = {};

	memory: IDataObject = {};

	rows: IDataObject[] = [];

	failed = 0;

	mode = 'trigger';

	private readonly name = `host${(hosts += 1)}`;

	constructor(private readonly account: Account, private parameters: IDataObject, private readonly isDurable: boolean) {}

	/** Another event is chosen, or an option; n8n goes on with what it has stored. */
	edit(what: 'events' | 'options'): void {
		const { events, options } = this.parameters as { events: string[]; options: IDataObject };
		this.parameters = what === 'events' ? { ...this.parameters, events: events.length > EVENTS.length ? EVENTS : [...EVENTS, 'add_contact'] } : { ...this.parameters, options: { ...options, lookBackHours: options.lookBackHours === 71 ? 72 : 71 } };
		this.restart();
	}

	restart(): void {
		this.memory = structuredClone(this.stored);
	}

	async poll(isKilled = false): Promise<void> {
		const result = await poll(this.context()).catch((error: Error) => {
			this.failed += 1;
			return error;
		});
		if (isKilled) return this.restart();
		if (result instanceof Error) return;
		if (result !== null || this.isDurable || this.stored.end === undefined) this.stored = structuredClone(this.memory);
		this.rows.push(...((result ?? []) as INodeExecutionData[][]).flat().map(({ json }) => json));
	}

	private context(): IPollFunctions {
		const { account, parameters } = this;
		return {
			getNode: () => ({ id: 'node', name: 'amoCRM Polling Trigger', typeVersion: 2, credentials: {} }),
			getWorkflow: () => ({ id: this.name }),
			getMode: () => this.mode,
			getTimezone: () => 'UTC',
			getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
			getWorkflowStaticData: () => this.memory,
			getCredentials: async () => ({ domain: `${this.name}.amocrm.ru`, accessToken: 'token' }),
			logger: { debug: () => undefined, warn: () => undefined },
			helpers: { httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => await account.answer(options) },
		} as unknown as IPollFunctions;
	}
}

const EVENTS = ['update_lead', 'status_lead', 'add_lead'];
const parameters = (more: IDataObject = {}): IDataObject => ({ authentication: 'longLivedToken', events: EVENTS, options: { ignoreOwnChanges: false, loadFullRecord: false, ...more } });

type Step = { wait: number } | { dates: Array<number | undefined> } | { burst: number; lead: number; kind: number; late: number } | { poll: 'well' | 'killed' } | { fault: number; times: number } | { restart: true } | { edit: 'events' | 'options' };

/** How wrong a date is, s; nothing where there is none. */
const WRONG = fc.constantFrom<Array<number | undefined>>(undefined, 0, 3600, 86_400, -3600);

const step: fc.Arbitrary<Step> = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ burst: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, { weight: 1, arbitrary: fc.constant(130) }), lead: fc.integer({ min: 1, max: 4 }), kind: fc.integer({ min: 0, max: 1 }), late: fc.integer({ min: 0, max: LATE_S }) }) },
	{ weight: 4, arbitrary: fc.record({ poll: fc.constantFrom('well' as const, 'well' as const, 'killed' as const) }) },
	{ weight: 3, arbitrary: fc.record({ wait: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 20_000 })) }) },
	{ weight: 1, arbitrary: fc.record({ fault: fc.integer({ min: 0, max: 2 }), times: fc.integer({ min: 1, max: 30 }) }) },
	{ weight: 1, arbitrary: fc.constant({ restart: true as const }) },
	{ weight: 1, arbitrary: fc.record({ edit: fc.constantFrom('events' as const, 'options' as const) }) },
	{ weight: 1, arbitrary: fc.record({ dates: fc.array(WRONG, { minLength: 1, maxLength: 4 }) }) },
);

interface Circumstances {
	isDurable: boolean;
	isBusy: boolean;
	skewS: number;
	settleSeconds: number;
	loadFullRecord: boolean | null;
	/** Of the first answers. */
	dates: Array<number | undefined>;
	/** How much had happened before the start. */
	before: number;
}

async function run(steps: Step[], { isDurable, isBusy, skewS, settleSeconds, loadFullRecord, dates, before }: Circumstances) {
	const account = new Account();
	// n8n's clock is wrong by up to ten minutes, and wanders.
	const clock = jest.spyOn(Date, 'now').mockImplementation(() => account.now + skewS * 1000 * Math.cos(account.requests.length));
	const host = new Host(account, parameters({ settleSeconds, loadFullRecord }), isDurable);
	let lead = 0;
	if (isBusy) account.meanwhile = () => {
		account.now += 1700;
		account.happen(1 + (lead += 1) % 4, lead % 2, lead % LATE_S);
	};
	for (let count = 0; count < before; count += 1) account.happen(90, 0, (count * 7) % LATE_S);
	account.now += 2000;
	account.dates = [...dates];
	const first = { count: account.count, now: account.now };
	await host.poll();
	for (const next of steps) {
		if ('wait' in next) account.now += next.wait * 1000;
		else if ('burst' in next) for (let count = 0; count < next.burst; count += 1) account.happen(next.burst > 100 ? next.lead + count % 50 : next.lead, next.kind, (next.late + count * 7) % LATE_S);
		else if ('dates' in next) account.dates = [...next.dates];
		else if ('poll' in next) await host.poll(next.poll === 'killed');
		else if ('fault' in next) account.faults.push({ kind: next.fault, times: next.times });
		else if ('edit' in next) host.edit(next.edit);
		else host.restart();
	}
	account.meanwhile = () => undefined;
	account.faults = [];
	account.dates = [];
	for (let last = 0; last < 3; last += 1) {
		account.now += 65_000;
		await host.poll();
	}
	clock.mockRestore();
	return { host, account, ...account.since(first.count, first) };
}

const BUSY: Circumstances = { isDurable: false, isBusy: true, skewS: 0, settleSeconds: 0, loadFullRecord: false, dates: [], before: 5 };

test('every event comes out exactly once, in the order of its record', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.record<Circumstances>({ isDurable: fc.boolean(), isBusy: fc.boolean(), skewS: fc.integer({ min: -600, max: 600 }), settleSeconds: fc.constantFrom(0, 30, 30), loadFullRecord: fc.constantFrom(false, null), dates: fc.array(WRONG, { maxLength: 2 }), before: fc.constantFrom(0, 5, 130) }), async (steps, circumstances) => {
			const { account, host, news, mayCome } = await run(steps, circumstances);
			const given = (event: string) => host.rows.filter((row) => row.event === event);
			const single = [...given('status_lead'), ...given('add_lead')].map(({ event_id: id }) => String(id));
			const early = mayCome.map(({ id }) => id);
			expect(single.filter((id) => !early.includes(id)).sort()).toEqual(news.filter(({ type }) => type !== 'name_field_changed').map(({ id }) => id).sort());
			expect(new Set(single).size).toBe(single.length);
			// Who does not wait, or believes that it is later, gets late events late.
			const dates = [...circumstances.dates, ...steps.flatMap((next) => ('dates' in next ? next.dates : []))];
			const isEarly = circumstances.settleSeconds === 0 || dates.some((date) => date === undefined || date > 0);
			for (const lead of isEarly ? [] : new Set(news.map(({ entity_id }) => Number(entity_id)))) {
				const own = host.rows.filter(({ id }) => id === lead);
				const places = own.map(({ event_id: id }) => Number(String(id).slice(1)));
				expect(places).toEqual([...places].sort((one, other) => one - other));
				// Each update goes on where the one before has ended, and the last one leads to what there is.
				const updates = own.filter(({ event, old_name: old }) => event === 'update_lead' && old !== undefined);
				updates.slice(1).forEach((row, index) => expect(row.old_name).toBe(updates[index]?.name));
				if (updates.length > 0) expect(updates.at(-1)?.name).toBe(account.lead(lead)?.name);
			}
		}),
		{
			numRuns: Number(process.env.POLL_RUNS ?? 60),
			endOnFailure: false,
			examples: [
				// Once, dates that were believed skipped an hour: a wrong one and then none, the same one twice, and the very first.
				[[{ dates: [3600] }, { poll: 'well' }, { dates: [undefined] }, { poll: 'well' }], BUSY],
				[[{ dates: [3600] }, { poll: 'well' }, { dates: [3600] }, { poll: 'well' }], BUSY],
				[[{ dates: [3600] }, { poll: 'well' }, { edit: 'events' }, { poll: 'well' }], BUSY],
				[[{ poll: 'well' }], { ...BUSY, dates: [3600], skewS: 600 }],
				[[{ poll: 'well' }], { ...BUSY, dates: [3600], skewS: 600, before: 0 }],
			],
		},
	);
}, 120_000);
