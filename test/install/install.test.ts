import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLine1 } from '../../scripts/lib/n8nHost.mjs';
import { postgresSettings } from '../../scripts/lib/n8nServer.mjs';
import { packageName, packedTarball } from '../../scripts/lib/pack.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { eventually, executionsOf } from '../n8n/executions';
import { CREDENTIAL_TYPE, NODE_TYPE, runAgain, triggerNode } from '../n8n/run';
import { installedAs, nodeVersions, shopSettings, version } from '../n8n/shop';
import { consent, createCredential, openStage, type Stage } from '../n8n/stage';

/** The life of the package in an n8n: an early state of it, the update to this one, and its end. */

// Each step needs the ones before it: none can be tried again alone.
jest.retryTimes(0);

const EARLIER = '0.0.1';
const earlierFile = process.env.EARLIER_FILE ?? '';

interface Saved {
	id: string;
	versionId: string;
}

describe.each(['SQLite', 'PostgreSQL'])('on %s', (database) => {
	let stage: Stage;
	let postgres: { stop(): Promise<void> } | undefined;
	let reading: Saved;
	let writing: Saved;
	let trigger: Saved;
	let before: object[];

	beforeAll(async () => {
		let settings = shopSettings({ [EARLIER]: earlierFile, [version]: String(packedTarball()?.file) });
		if (database === 'PostgreSQL') {
			const port = await freePort();
			postgres = await startPostgres(port);
			settings = { ...settings, ...postgresSettings(port) };
		}
		stage = await openStage(`install-${database.toLowerCase()}`, {}, { settings, withoutPackage: true });
	});
	afterAll(async () => {
		await stage?.close();
		await postgres?.stop();
	});

	const client = () => stage.n8n.client;
	const packages = async (): Promise<object[]> => await client().request('GET', '/rest/community-packages');
	/** The nodes that n8n has, once for each version; none is an answer or a refusal. */
	const known = async (): Promise<string[]> => {
		const found: Array<{ name: string }> = await client().request('POST', '/rest/node-types', { nodeInfos: await nodeVersions() });
		return found.map(({ name }) => name.split('.').pop() ?? '');
	};

	/** One amoCRM node of the first version behind a click. */
	async function save(name: string, parameters: object, credential: object): Promise<Saved> {
		return (await client().createWorkflow({
			name,
			nodes: [
				{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
				{ id: 'amo', name: 'amoCRM', type: NODE_TYPE, typeVersion: 1, position: [220, 0], parameters, credentials: { [CREDENTIAL_TYPE]: credential } },
			],
			connections: { Start: { main: [[{ node: 'amoCRM', type: 'main', index: 0 }]] } },
		})) as Saved;
	}

	async function rowsOf(workflow: Saved): Promise<object[]> {
		const { rows, error } = await runAgain(client(), workflow, 'Start', 'amoCRM');
		expect(error?.message).toBeUndefined();
		expect(rows.length).toBeGreaterThan(0);
		return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'updated_at')));
	}

	const heard: string[] = [];
	async function arrives(name: string): Promise<void> {
		heard.push(name);
		stage.emulator.ui.create('leads', { name });
		await stage.emulator.deliveries.settled();
		const executions = await executionsOf(client(), trigger.id, heard.length);
		expect(executions.map(({ status, rows }) => [status, rows.map((row) => row.name)])).toEqual(heard.map((each) => ['success', [each]]));
	}

	test('an earlier state is installed, and used', async () => {
		expect(await client().request('POST', '/rest/community-packages', { name: packageName, version: EARLIER })).toMatchObject({ installedVersion: EARLIER });
		const credential = await createCredential(stage.n8n, stage.emulator.url);
		await consent(client(), credential);
		const [lead] = stage.emulator.account.leads.keys();
		reading = await save('Reading', { resource: 'contact', operation: 'getAll', returnAll: false, limit: 5 }, credential);
		writing = await save('Writing', { resource: 'lead', operation: 'update', leadId: { __rl: true, mode: 'id', value: String(lead) }, updateFields: { price: 1500 } }, credential);
		trigger = (await client().createWorkflow({ name: 'Trigger', nodes: [{ ...triggerNode(credential, { events: ['add_lead'] }), typeVersion: 1 }], connections: {} })) as Saved;
		await client().request('POST', `/rest/workflows/${trigger.id}/activate`, { versionId: trigger.versionId });
		await eventually(() => expect(stage.emulator.account.webhooks.size).toBe(1));
		before = [...(await rowsOf(reading)), ...(await rowsOf(writing))];
		await arrives('before the update');
	});

	test('the update brings every node with whole versions, and saved workflows give what they gave', async () => {
		const expected = await installedAs(version);
		expect(await client().request('PATCH', '/rest/community-packages', { name: packageName, version })).toMatchObject(expected);
		expect(await packages()).toMatchObject([expected]);
		expect(await known()).toEqual((await nodeVersions()).map(({ name }) => name.split('.').pop()));
		expect([...(await rowsOf(reading)), ...(await rowsOf(writing))]).toEqual(before);
		await arrives('after the update');
	});

	test('so after a restart', async () => {
		await stage.n8n.stop();
		await stage.n8n.start();
		expect(await packages()).toMatchObject([await installedAs(version)]);
		expect([...(await rowsOf(reading)), ...(await rowsOf(writing))]).toEqual(before);
		await arrives('after the restart');
	});

	test('unpublished and uninstalled it leaves nothing, neither in n8n nor in amoCRM', async () => {
		await client().request('POST', `/rest/workflows/${trigger.id}/deactivate`, {});
		await eventually(() => expect(stage.emulator.account.webhooks.size).toBe(0));
		await client().request('DELETE', `/rest/community-packages?name=${packageName}`);
		const isGone = async () => {
			const folder = join(stage.n8n.userFolder, '.n8n', 'nodes');
			expect(await packages()).toEqual([]);
			expect(existsSync(join(folder, 'node_modules', packageName))).toBe(false);
			// n8n 1.x leaves the name of what it has removed.
			if (!isLine1) expect(readFileSync(join(folder, 'package.json'), 'utf8')).not.toContain(packageName);
			expect(await known().catch(() => [])).toEqual([]);
		};
		await isGone();
		await stage.n8n.stop();
		await stage.n8n.start();
		await isGone();
	});
});
