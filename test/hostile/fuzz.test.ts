import './fastClock';

import { Socket } from 'node:net';
import fc from 'fast-check';
import type { IDataObject, INodeExecutionData, INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { unfolded } from '../unit/shown';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmPollTrigger } from '../../nodes/AmoCrm/AmoCrmPollTrigger.node';
import { AmoCrmTrigger } from '../../nodes/AmoCrm/AmoCrmTrigger.node';
import { editorOf } from '../integration/harness';
import type { Inputs, Real } from './hostileValues';
import { inputsOf } from './hostileValues';
import { openPollHost } from '../integration/pollHost';
import { openTriggerHost } from '../integration/triggerHost';
import type { World } from '../integration/world';
import { addLeads, openWorld } from '../integration/world';

/**
 * Every parameter of every operation of both nodes, with whatever an expression may give. `npm run test:fuzz` takes a fresh
 * seed and more tries; `FUZZ_SEED=7 npm run test:fuzz` plays one again.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const RUNS = Number(process.env.FUZZ_RUNS ?? 6);

/** A list may be empty. */
const MAY_GIVE_NOTHING = new Set(['getAll', 'getLinks', 'getSubscribers', 'send']);

/** For one run of up to three items, whatever they hold; a machine with other work to do takes some of it. */
const LONGEST_MS = 5_000;

/** No input holds these words: who says or sends them has made them. */
const MADE_UP = /\[object |\bundefined\b|Invalid time value|[Oo]ut of range/;
const NOT_FOR_PEOPLE =
	/is not (?:a function|iterable|defined|an object|valid JSON)|Cannot (?:read|convert|destructure|set|use|access|mix|assign|create)|Unexpected (?:token|end|non)|call stack|JSON at position|reading '|\.[jt]s:\d|\n\s+at /;

let world: World;
let real: Real;
let targets: Set<string>;
/** What `execute` has given and thrown; n8n changes the one, and hides the other under "continue on fail". */
let given: INodeExecutionData[];
let thrown: unknown[];

beforeAll(async () => {
	world = await openWorld({ language: 'en', seed: 'demo' });
	await addLeads(world, 2);
	const { account } = world.emulator;
	const tables = [account.leads, account.contacts, account.companies, account.tasks, account.catalogs, account.users, account.pipelines, account.customFields];
	real = { ids: tables.flatMap((table) => [...table.keys()].slice(0, 2)), secret: world.account.accessToken };
	const connect = Socket.prototype.connect;
	jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
		const [options] = (Array.isArray(args[0]) ? args[0] : args) as [{ host?: string; port?: number }];
		targets.add(`${options.host}:${options.port}`);
		return (connect as (...given: unknown[]) => Socket).apply(this, args);
	});
	const execute = AmoCrm.prototype.execute;
	jest.spyOn(AmoCrm.prototype, 'execute').mockImplementation(async function (this: never) {
		try {
			const outputs = await execute.call(this);
			given = outputs.flat().map((row) => ({ ...row }));
			return outputs;
		} catch (error) {
			thrown.push(error);
			throw error;
		}
	});
});

afterAll(async () => await world.close());

beforeEach(() => {
	targets = new Set();
	thrown = [];
});

const own = (more: string[]) => [world.emulator.url, world.emulator.world.driveUrl, ...more].map((url) => new URL(url).host);

function clear(said: unknown): void {
	expect(typeof said).toBe('string');
	expect(said).not.toMatch(MADE_UP);
	expect(said).not.toMatch(NOT_FOR_PEOPLE);
	expect(said).not.toContain(real.secret);
	expect((said as string).length).toBeLessThan(2_000);
}

function checkErrors(error: unknown): void {
	expect(error instanceof NodeApiError || error instanceof NodeOperationError ? 'an error of n8n' : String((error as Error)?.stack)).toBe('an error of n8n');
	const { message, description } = error as NodeApiError;
	clear(message);
	if (description) clear(description);
}

function checkRows(rows: INodeExecutionData[], count: number, atLeastOne: boolean): void {
	const seen = new Set<number>();
	for (const { json, pairedItem } of rows) {
		const { item } = pairedItem as { item: number };
		expect(item).toBeGreaterThanOrEqual(0);
		expect(item).toBeLessThan(count);
		seen.add(item);
		for (const said of [json.error, (json.details as IDataObject | undefined)?.description]) if (said !== undefined) clear(said);
	}
	if (atLeastOne) expect(seen.size).toBe(count);
}

/** What was sent went to the account, and nothing in it was made out of nothing. */
function checkRequests(...more: string[]): void {
	expect([...targets].filter((target) => !own(more).includes(target))).toEqual([]);
	for (const { path, query, body } of world.emulator.log.entries) {
		expect(path).toMatch(/^\/(?:api\/v4|v1\.0)(?:\/(?!\.\.?(?:\/|$))[\w.~!'()*%-]+)+$/);
		expect(JSON.stringify([query, body])).not.toMatch(/"(?:NaN|-?Infinity|undefined|\[object [^"]*|Invalid Date(?:Time)?)"/);
	}
	expect(({} as IDataObject).polluted).toBeUndefined();
}

async function inTime<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`It did not end within ${LONGEST_MS} ms`)), LONGEST_MS);
	});
	return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** n8n does not even start a node whose form it finds faulty. */
function refusedByN8n(error: Error): undefined {
	if (error.name !== 'WorkflowHasIssuesError') throw error;
}

/** Those that the operation may show, whatever else they depend on. */
function propertiesOf(all: INodeProperties[], fixed: IDataObject): INodeProperties[] {
	const fits = ({ displayOptions, name }: INodeProperties) =>
		!(name in fixed) && Object.entries(fixed).every(([key, value]) => displayOptions?.show?.[key]?.includes(value as string) ?? true);
	return all.filter((property) => property.name !== 'authentication' && fits(property));
}

const attempts = async (inputs: fc.Arbitrary<Inputs>, check: (inputs: Inputs) => Promise<void>) =>
	await fc.assert(fc.asyncProperty(inputs, check), { seed: SEED, numRuns: RUNS, endOnFailure: process.env.FUZZ_SHRINK === undefined });

const OPERATIONS = new AmoCrm().description.properties.flatMap(({ name, displayOptions, options }) =>
	name !== 'operation' ? [] : (displayOptions?.show?.resource ?? []).flatMap((resource) => (options ?? []).map((option) => [String(resource), String((option as { value: unknown }).value)] as const)),
);

describe(`amoCRM with ${RUNS} hostile inputs each (seed ${SEED})`, () => {
	const { properties } = unfolded();

	it.each(OPERATIONS)('%s, %s', async (resource, operation) => {
		const fixed = { resource, operation };
		await attempts(inputsOf(propertiesOf(properties, fixed), fixed, real), async ({ parameters, items }) => {
			for (const onError of ['continueRegularOutput', 'stopWorkflow'] as const) {
				thrown = [];
				world.emulator.log.clear();
				const result = await inTime(world.run(parameters as INodeParameters, { items, onError })).catch(refusedByN8n);
				if (!result) return;
				if (onError === 'stopWorkflow') for (const error of thrown) checkErrors(error);
				else {
					expect(thrown).toEqual([]);
					checkRows(given, items.length, !MAY_GIVE_NOTHING.has(operation));
				}
				for (const { message } of result.hints) clear(message);
				checkRequests();
			}
		});
	});

	it('the lists of its editor', async () => {
		const lists = Object.entries({ ...new AmoCrm().methods.listSearch, ...new AmoCrm().methods.loadOptions, ...new AmoCrm().methods.resourceMapping });
		for (const [, list] of lists) {
			await attempts(inputsOf(properties, { resource: 'catalogElement', operation: 'create' }, real), async ({ parameters, items: [item] }) => {
				const context = editorOf(world.account, parameters as INodeParameters);
				const [filter, token] = Object.values(item ?? {}).filter((value) => typeof value === 'string') as string[];
				await inTime((list as (this: unknown, filter?: unknown, token?: unknown) => Promise<unknown>).call(context, filter, token)).catch(({ message }: Error) => {
					// The editor gives expressions as they stand.
					clear(message.replaceAll('{{ undefined }}', ''));
				});
			});
		}
	});
});

describe(`amoCRM Polling Trigger with ${RUNS} hostile inputs (seed ${SEED})`, () => {
	const { properties } = new AmoCrmPollTrigger().description;

	it.each(['trigger', 'manual'] as const)('polls in mode %s', async (mode) => {
		await attempts(inputsOf(propertiesOf(properties, {}), {}, real, 'trigger'), async ({ parameters }) => {
			world.emulator.log.clear();
			const host = openPollHost(world.account, parameters as INodeParameters);
			for (let count = 0; count < 2; count += 1) await inTime(host.poll(mode)).catch(checkErrors);
			checkRequests();
		});
	});
});

describe(`amoCRM Trigger with ${RUNS} hostile inputs (seed ${SEED})`, () => {
	const { properties } = new AmoCrmTrigger().description;

	it.each(['account', 'digitalPipeline'])('%s: is switched on and off', async (mode) => {
		await attempts(inputsOf(propertiesOf(properties, { mode }), { mode }, real, 'trigger'), async ({ parameters }) => {
			world.emulator.log.clear();
			const host = await openTriggerHost(world.account, parameters as INodeParameters);
			try {
				for (const act of [host.activate, host.restart, host.deactivate]) await inTime(act()).catch(checkErrors);
			} finally {
				await host.close();
			}
			checkRequests();
		});
	});

	/** Names of a form as amoCRM writes them, and as nobody does. */
	const name = fc.oneof(
		fc.constantFrom('leads[status][0][id]', 'leads[add][0][custom_fields][0][values][0][value]', 'contacts[update][0][name]', 'account[id]', 'account[subdomain]', 'task[add][0][text]', 'unsorted[add][0][uid]', 'message[add][0][text]', 'leads', 'leads[]', 'leads[add]', 'leads[add][0]', 'leads[add][x][id]', 'account', 'account[]', '__proto__[x]', 'leads[__proto__][x]', 'leads[add][0][__proto__][polluted]', 'constructor[prototype][polluted]', 'a[]', '[', ']', '[]', 'a[b', 'leads[add][99999999][id]', ''),
		fc.string({ unit: 'binary', maxLength: 12 }),
	);
	const value = fc.oneof(fc.constantFrom('', '0', '5', '-1', '1e400', 'NaN', 'x'.repeat(20_000), '1769843000', '[]', '{}', 'Ann'), fc.string({ unit: 'binary', maxLength: 12 }));
	const form = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join('&'));
	const body = fc.oneof({ weight: 4, arbitrary: form }, { weight: 1, arbitrary: fc.constantFrom('', '&&&', '=', 'a[]=1&'.repeat(3_000), `a${'[b]'.repeat(3_000)}=1`, '%', '%zz=1') });

	it('takes any delivery', async () => {
		const host = await openTriggerHost(world.account, { mode: 'digitalPipeline', options: { loadFullRecord: true } });
		await host.activate();
		const { id, subdomain } = world.emulator.account.info;
		try {
			await fc.assert(
				fc.asyncProperty(body, fc.boolean(), async (text, isOurs) => {
					host.executions.length = 0;
					world.emulator.log.clear();
					const sent = isOurs ? `${text}&account[id]=${id}&account[subdomain]=${subdomain}` : text;
					const delivered = fetch(`${host.url}/webhook/b/webhook`, { method: 'POST', body: sent, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
					const { status } = await inTime(Promise.race([delivered, host.settled().then(async () => await delivered)]));
					expect(status).toBeLessThan(500);
					await inTime(host.settled());
					for (const { error } of host.executions) if (error) clear(error.message);
					checkRequests(host.url);
				}),
				{ seed: SEED, numRuns: RUNS * 5, endOnFailure: process.env.FUZZ_SHRINK === undefined },
			);
		} finally {
			await host.close();
		}
	});
});
