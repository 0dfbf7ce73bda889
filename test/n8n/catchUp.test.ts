import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import { eventually } from './executions';
import { triggerNode, type Credential } from './run';
import { openConnectedStage, type Stage } from './stage';

/**
 * Nothing missed and nothing twice, in a real n8n: what counts is what a workflow passes on, to a server of this test.
 * `CATCH_UP_CHANGES` makes it more than the usual 1,000.
 */

const CHANGES = Number(process.env.CATCH_UP_CHANGES ?? 1_000);
const PATIENCE_MS = 60_000 + 20 * CHANGES;
const HOUR = 60 * 60_000;
/** So long n8n takes at most to store that an execution has ended, and the trigger to see it. */
const UNSURE_MS = 3_000;

let stage: Stage & { credential: Credential };
let sink: Server;
/** Path -> names of the leads that came out there, in order. */
const came = new Map<string, string[]>();
/** When a name came last, ms. */
const cameAt = new Map<string, number>();
/** The workflow waits for an answer that does not come. */
let isSlow = false;
const active: string[] = [];

beforeAll(async () => {
	sink = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const names = came.get(String(request.url)) ?? [];
			const { names: fresh } = JSON.parse(Buffer.concat(chunks).toString()) as { names: string[] };
			names.push(...fresh);
			for (const name of fresh) cameAt.set(name, Date.now());
			came.set(String(request.url), names);
			if (!isSlow) response.end('{}');
		});
	});
	await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
	// An n8n that was killed while it activated a workflow waits two minutes before it takes that up again.
	const settings = { N8N_WORKFLOW_PUBLICATION_OUTBOX_LEASE_SECONDS: '10', N8N_WORKFLOW_PUBLICATION_OUTBOX_POLL_INTERVAL_MS: '2000' };
	stage = await openConnectedStage('catch-up', { seed: 'empty', language: 'en' }, { settings });
});
afterAll(async () => {
	await stage?.close();
	sink.closeAllConnections();
	sink.close();
});
afterEach(async () => {
	for (const id of active.splice(0)) await stage.n8n.client.request('POST', `/rest/workflows/${id}/deactivate`, {});
	await eventually(() => expect(hooks()).toEqual([]));
	stage.emulator.deliveries.clear();
	came.clear();
});

const hooks = () => [...stage.emulator.account.webhooks.values()];

/** A trigger, and behind it a request with the names of its rows, one for each execution. */
async function activate(path: string, trigger: ReturnType<typeof triggerNode>): Promise<string> {
	const request = {
		id: randomUUID(),
		name: 'Sink',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [220, 0],
		executeOnce: true,
		parameters: {
			method: 'POST',
			url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}${path}`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: "={{ JSON.stringify({ names: $('Trigger').all().map((item) => item.json.name) }) }}",
		} as INodeParameters,
	};
	const { client } = stage.n8n;
	const { id, versionId } = await client.createWorkflow({ name: path, nodes: [trigger, request], connections: { Trigger: { main: [[{ node: 'Sink', type: 'main', index: 0 }]] } } });
	await client.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	active.push(id);
	return id;
}

const EVENTS: INodeParameters = { events: ['add_lead'], options: { ignoreOwnChanges: false } };
const activateTrigger = async (path: string) => {
	const id = await activate(path, triggerNode(stage.credential, EVENTS));
	await eventually(() => expect(hooks()).toHaveLength(1));
	return id;
};

const activatePoll = async (path: string) =>
	await activate(path, {
		...triggerNode(stage.credential, { ...EVENTS, pollTimes: { item: [{ mode: 'everyX', value: 1, unit: 'minutes' }] } } as INodeParameters),
		type: 'n8n-nodes-amocrm-kommo.amoCrmPollTrigger',
	});

/** What is missing, and what came more than once. */
function differences(path: string, names: string[]): { missing: string[]; doubled: string[] } {
	const all = came.get(path) ?? [];
	const seen = new Set<string>();
	const doubled = all.filter((name) => seen.size === seen.add(name).size);
	return { missing: names.filter((name) => !seen.has(name)), doubled };
}

const NONE = { missing: [], doubled: [] };

/** Leads made by somebody in the account, in deliveries of ten; `pause` is emulated time between them. */
async function createLeads(names: string[], pause = 0): Promise<void> {
	for (let from = 0; from < names.length; from += 10) {
		for (const name of names.slice(from, from + 10)) stage.emulator.ui.create('leads', { name });
		// The emulator tells in one delivery of what happens at once.
		await sleep(pause > 0 ? 0 : 5);
		if (pause > 0) await stage.emulator.clock.advance(pause);
	}
}

/** Every delivery that amoCRM would still repeat. */
async function repeatAll(): Promise<void> {
	for (let attempt = 0; attempt < 4; attempt += 1) {
		await stage.emulator.clock.advance(61 * 60_000);
		await stage.emulator.deliveries.settled();
	}
}

const namesOf = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what} ${index}`);

test(`${CHANGES} changes while n8n is stopped for two hours come out once, in both triggers`, async () => {
	const { emulator, n8n } = stage;
	await activateTrigger('/webhook');
	await activatePoll('/poll');
	await emulator.clock.advance(2_000);
	const before = namesOf('before', 20);
	await createLeads(before);
	await emulator.deliveries.settled();
	await eventually(() => expect(differences('/webhook', before)).toEqual(NONE));
	// The first poll of an active workflow fixes where it begins.
	await n8n.stop();
	const missed = namesOf('missed', CHANGES);
	await createLeads(missed, (2 * HOUR) / (CHANGES / 10));
	emulator.log.clear();
	const started = Date.now();
	await n8n.start();
	await eventually(() => expect(differences('/webhook', [...before, ...missed])).toEqual(NONE), PATIENCE_MS);
	const requests = emulator.log.entries.filter(({ path }) => /^\/api\/v4\/(events|leads)/.test(path)).length;
	console.log(`${CHANGES} changes caught up ${Date.now() - started} ms after the start, with ${requests} requests`);
	await repeatAll();
	await sleep(3_000);
	expect(differences('/webhook', [...before, ...missed])).toEqual(NONE);
	await eventually(() => expect(differences('/poll', missed)).toEqual(NONE), PATIENCE_MS);
});

test('n8n killed in the middle of deliveries, and in the middle of catching up: nothing is lost, and only the last moments may come again', async () => {
	const { emulator, n8n } = stage;
	await activateTrigger('/killed');
	await emulator.clock.advance(2_000);
	const names = namesOf('killed', 400);
	/** What came shortly before n8n was killed: nobody can know whether the workflow was done with it. */
	const mayComeAgain = new Set<string>();
	const kill = async () => {
		const before = Date.now();
		await n8n.kill();
		// Some came while it was dying.
		for (const [name, at] of cameAt) if (before - at < UNSURE_MS) mayComeAgain.add(name);
	};
	const creating = createLeads(names);
	await eventually(() => expect(came.get('/killed')?.length ?? 0).toBeGreaterThan(30));
	await kill();
	await creating;
	await emulator.deliveries.settled();
	const earlier = came.get('/killed')?.length ?? 0;
	await n8n.start();
	await eventually(() => expect(came.get('/killed')?.length).toBeGreaterThan(earlier));
	await kill();
	await n8n.start();
	await eventually(() => expect(differences('/killed', names).missing).toEqual([]));
	await repeatAll();
	await sleep(3_000);
	const { missing, doubled } = differences('/killed', names);
	console.log(`${doubled.length} of ${names.length} came again after two kills`);
	expect(missing).toEqual([]);
	expect(doubled.filter((name) => !mayComeAgain.has(name))).toEqual([]);
});

test('n8n killed while the rest of a workflow is busy: its rows come again, and those of workflows that had ended do not', async () => {
	const { emulator, n8n } = stage;
	await activateTrigger('/busy');
	await emulator.clock.advance(2_000);
	await createLeads(['ended']);
	await eventually(() => expect(came.get('/busy')).toEqual(['ended']));
	await sleep(3_000);
	isSlow = true;
	await createLeads(['busy']);
	await eventually(() => expect(came.get('/busy')).toEqual(['ended', 'busy']));
	await sleep(8_000);
	await n8n.kill();
	isSlow = false;
	await n8n.start();
	await eventually(() => expect(came.get('/busy')).toEqual(['ended', 'busy', 'busy']));
	await sleep(3_000);
	expect(came.get('/busy')).toHaveLength(3);
});
