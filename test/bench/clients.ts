import { performance } from 'node:perf_hooks';
import { Amo } from '@shevernitskiy/amo';
import { Client } from 'amocrm-js';
import type { IDataObject } from 'n8n-workflow';
import type { RealHost } from '../conformance/realHost';
import type { Contender } from './contenders';
import type { Job } from './jobs';
import { options } from './options';

/** Two client libraries outside n8n, called as their READMEs show, arrays cut by their caller. */

type Rows = IDataObject[];
type Work = (items: Rows) => Promise<Rows>;

function inParts<T>(entries: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => entries.slice(index * size, (index + 1) * size));
}

/** What a caller does who goes through his rows; one that fails does not stop the others. */
async function each<T>(entries: T[], work: (entry: T) => Promise<unknown>): Promise<Rows> {
	const out: Rows = [];
	for (const entry of entries) {
		const answer = await work(entry).catch(() => undefined);
		if (answer) out.push(answer as IDataObject);
	}
	return out;
}

const note = ({ id, text }: IDataObject) => ({ entity_id: id, note_type: 'common', params: { text } });

const embedded = (answer: unknown) => ((answer as { _embedded?: { leads?: Rows } })._embedded?.leads ?? []) as Rows;

function amoWork(amo: Amo, job: Job, size: number): Work {
	// Its types say what amoCRM's documentation says; the rows are what really goes over the wire.
	const { lead, note: notes } = amo as unknown as Record<string, Record<string, (...parameters: unknown[]) => Promise<unknown>>>;
	switch (job.part) {
		case 'create':
			return async (items) => await each(inParts(items, size), async (part) => await lead?.addLeads?.(part));
		case 'update':
			return async (items) => await each(inParts(items, size), async (part) => await lead?.updateLeads?.(part));
		case 'notes':
			return async (items) => await each(inParts(items, size), async (part) => await notes?.addNotes?.('leads', part.map(note)));
		case 'get':
			return async (items) => await each(items, async ({ id }) => await lead?.getLeadById?.(id));
		default:
			return async () => {
				const out: Rows = [];
				for (let page = 1; ; page++) {
					const rows = embedded(await lead?.getLeads?.({ page, limit: 250, order: { param: 'id', type: 'asc' } }));
					out.push(...rows);
					if (rows.length < 250 || out.length >= job.rows) return out;
				}
			};
	}
}

function amocrmJsWork(client: Client, job: Job, size: number): Work {
	switch (job.part) {
		case 'create':
			return async (items) => await each(inParts(items, size), async (part) => await client.leads.create(part));
		case 'update':
			return async (items) => await each(inParts(items, size), async (part) => await client.leads.update(part));
		case 'notes':
			return async (items) => await each(inParts(items, size), async (part) => await client.request.post('/api/v4/leads/notes', part.map(note)));
		case 'get':
			return async (items) => await each(items, async ({ id }) => plain(await client.leads.getById(Number(id))));
		default:
			return async () => {
				const pages = await client.leads.get({ limit: 250, order: { id: 'asc' } } as never);
				const out: Rows = [];
				do out.push(...pages.getData().map(plain));
				while (await pages.next());
				return out;
			};
	}
}

const plain = (lead: unknown): IDataObject => {
	const { id, name } = lead as IDataObject;
	return { id, name };
};

export function clientContenders({ emulator, domain }: RealHost, { part, perRequest }: Job): Contender[] {
	const { clientId, clientSecret, redirectUri } = emulator.integration;
	const auth = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri };
	const { accessToken, refreshToken } = emulator.issueToken();
	const token = { token_type: 'Bearer', expires_in: 86_400, access_token: accessToken, refresh_token: refreshToken, expires_at: Date.now() + 86_400_000 };
	const amo = new Amo(domain, { ...auth, ...token });
	const client = new Client({ domain, auth: { ...auth, bearer: emulator.issueToken({ longLived: true }).accessToken } });
	const contender = (name: string, workOf: (job: Job) => Work): Contender => ({
		name: part === 'get' ? name : `${name}, ${part === 'read' ? 'pages' : 'arrays'} of ${perRequest}`,
		most: part === 'get' ? options.few : undefined,
		run: async (job, items) => {
			const work = workOf(job);
			const started = performance.now();
			const out = await work(items);
			return { milliseconds: performance.now() - started, out };
		},
	});
	return [
		contender('@shevernitskiy/amo', (job) => amoWork(amo, job, perRequest)),
		contender('amocrm-js', (job) => amocrmJsWork(client, job, perRequest)),
	];
}
