import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConnections, IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { openTriggerHost } from './triggerHost';
import type { World } from './world';
import { openWorld } from './world';

/** Runs workflows as the editor saved them, against the emulated account with the demo data. */

export const FOLDER = join(__dirname, 'saved');

export interface SavedWorkflow {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings: { timezone: string };
}

/** The account that the workflows were made for; links of another than the connected one are refused. */
const ACCOUNT = 'https://demo.amocrm.ru';

/** What a node gave: the rows with the item that each belongs to, and what the person saw beside them. */
interface Given {
	rows: Array<{ item?: number; json: IDataObject }>;
	error?: string;
	hints?: string[];
}

export type Outcome = Record<string, Given[]>;

export const savedNames = (): string[] => readdirSync(FOLDER).flatMap((file) => /^([\w-]+)\.json$/.exec(file)?.[1] ?? []);

export const fromFile = <T>(name: string): T => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as T;

/** By node, one entry for each of its executions; without what is another in every run. */
export async function runSaved(name: string): Promise<Outcome> {
	const workflow = fromFile<SavedWorkflow>(`${name}.json`);
	const world = await openWorld({ language: 'en', seed: 'cards' });
	try {
		await stock(world);
		const address = JSON.stringify(workflow).replaceAll(ACCOUNT, world.emulator.url);
		const { nodes, connections, settings } = JSON.parse(address) as SavedWorkflow;
		const trigger = nodes.find(({ type }) => type.endsWith('.amoCrmTrigger'));
		const outcome = trigger ? await runTrigger(world, name, trigger) : await runChain(world, { nodes, connections, settings });
		return normal(outcome) as Outcome;
	} finally {
		await world.close();
	}
}

/** The demo account has no list yet. */
async function stock({ emulator, account }: World): Promise<void> {
	const post = async (path: string, body: object) => {
		const headers = { authorization: `Bearer ${account.accessToken}`, 'content-type': 'application/json' };
		const answer = await fetch(`${emulator.url}/api/v4${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
		return (await answer.json()) as { _embedded: { catalogs: Array<{ id: number }> } };
	};
	const { _embedded } = await post('/catalogs', [{ name: 'Goods', can_link_multiple: true }]);
	await post(`/catalogs/${_embedded.catalogs[0]?.id}/elements`, [{ name: 'Oak chair' }, { name: 'Oak table' }]);
}

/** From the manual trigger along the first output of each node. */
async function runChain(world: World, { nodes, connections, settings }: Omit<SavedWorkflow, 'name'>): Promise<Outcome> {
	const outcome: Outcome = {};
	let items: IDataObject[] = [{}];
	let node = nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	while (node) {
		const { name, type, parameters, onError, typeVersion } = node;
		if (type === 'n8n-nodes-base.set') items = [JSON.parse(parameters.jsonOutput as string) as IDataObject];
		if (type === 'n8n-nodes-base.splitOut') items = items.flatMap((item) => item[parameters.fieldToSplitOut as string] as IDataObject[]);
		if (type.endsWith('.amoCrm')) {
			const { rows, error, hints } = await world.run(parameters, { items, onError, typeVersion, timezone: settings.timezone });
			outcome[name] = [
				{
					rows: rows.map(({ json, pairedItem }) => ({ item: (pairedItem as { item: number } | undefined)?.item, json })),
					...(error ? { error: [error.message, error.description].filter(Boolean).join(' | ') } : {}),
					...(hints.length > 0 ? { hints: hints.map(({ message }) => message) } : {}),
				},
			];
			items = rows.map(({ json }) => json);
		}
		const next = connections[name]?.main?.[0]?.[0]?.node;
		node = nodes.find((other) => other.name === next);
	}
	return outcome;
}

const MOMENTS = /((?:last_modified|updated_at|created_at|date_create)(?:\]|%5D))=(\d+)/g;

/** Posts what amoCRM once posted, each delivery after the one before has run. */
async function runTrigger(world: World, name: string, { name: nodeName, parameters, typeVersion }: INode): Promise<Outcome> {
	const host = await openTriggerHost(world.account, parameters as INodeParameters, undefined, typeVersion);
	try {
		await host.activate();
		const [hook] = [...world.emulator.account.webhooks.values()];
		const url = hook?.destination ?? `${host.url}/webhook`;
		// The node drops what it has had before, also for the workflow before.
		const later = savedNames().indexOf(name);
		const bodies = fromFile<string[]>('trigger.deliveries.json').map((body) => body.replace(MOMENTS, (_, key: string, at: string) => `${key}=${Number(at) + later}`));
		for (const body of bodies) {
			await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
			await host.settled();
		}
		const given = host.executions.map(({ rows, error, hints }) => ({
			rows: rows.map(({ json }) => ({ json })),
			...(error ? { error: error.message } : {}),
			...(hints.length > 0 ? { hints } : {}),
		}));
		return { [nodeName]: given };
	} finally {
		await host.close();
	}
}

/** The years 2017 to 2029 in Unix time: what the emulator made up while it ran. Times of the workflows are later. */
const [FROM, TO] = [1_483_000_000, 1_893_000_000];

const TEXTS: Array<[RegExp, string]> = [
	[/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
	[/20[12]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, '<time>'],
	[/localhost:\d+/g, 'localhost'],
];

function normal(value: unknown): unknown {
	if (typeof value === 'number') return value > FROM && value < TO ? '<time>' : value;
	if (typeof value === 'string') return TEXTS.reduce((text, [pattern, name]) => text.replace(pattern, name), value);
	if (Array.isArray(value)) return value.map(normal);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, normal(inner)]])));
}
