import { postgresSettings } from '../../scripts/lib/n8nServer.mjs';
import { packageName, packedTarball } from '../../scripts/lib/pack.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { ensurePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { eventually, executionsOf } from './executions';
import { installedAs, shopSettings, version } from './shop';
import { triggerNode, type Credential } from './run';
import { openStage, consent, createCredential, type Stage } from './stage';

/**
 * The packed package installed as a user of n8n does it, under 'Community nodes', with PostgreSQL below: only then n8n
 * stores the nodes and their last versions in its database.
 */

/** Those of the trigger. */
const VERSIONS = [1, 1.1, 2];

let postgres: { stop(): Promise<void> };
let stage: Stage;
let credential: Credential;

beforeAll(async () => {
	await ensurePostgres();
	const port = await freePort();
	postgres = await startPostgres(port);
	const settings = { ...postgresSettings(port), ...shopSettings({ [version]: String(packedTarball()?.file) }) };
	stage = await openStage('install', { seed: 'empty' }, { settings, withoutPackage: true });
});
afterAll(async () => {
	await stage?.close();
	await postgres?.stop();
});

const client = () => stage.n8n.client;

test('n8n installs the package, and stores its nodes with whole versions', async () => {
	const expected = await installedAs(version);
	expect(await client().request('POST', '/rest/community-packages', { name: packageName, version })).toMatchObject(expected);
	expect(await client().request('GET', '/rest/community-packages')).toMatchObject([expected]);
	credential = await createCredential(stage.n8n, stage.emulator.url);
	await consent(client(), credential);
});

test('saved triggers of every version go on, and after a restart too', async () => {
	const { emulator, n8n } = stage;
	const ids: string[] = [];
	for (const typeVersion of VERSIONS) {
		const node = { ...triggerNode(credential, { events: ['add_lead'] }), typeVersion };
		const { id, versionId } = await client().createWorkflow({ name: `Version ${typeVersion}`, nodes: [node], connections: {} });
		await client().request('POST', `/rest/workflows/${id}/activate`, { versionId });
		ids.push(id);
	}
	await eventually(() => expect([...emulator.account.webhooks.values()]).toHaveLength(VERSIONS.length));
	const names: string[] = [];
	const arrives = async (name: string) => {
		names.push(name);
		emulator.ui.create('leads', { name });
		await emulator.deliveries.settled();
		for (const id of ids) {
			await eventually(async () => {
				const executions = await executionsOf(client(), id, names.length);
				// After a start the trigger looks for what it has missed: here it finds only what came before.
				const told = executions.filter(({ status, rows }) => status !== 'success' || rows.length > 0);
				expect(told.map(({ status, rows }) => [status, rows.map((row) => row.name)])).toEqual(names.map((each) => ['success', [each]]));
			});
		}
	};
	await arrives('before');
	await n8n.stop();
	await n8n.start();
	await arrives('after');
});
