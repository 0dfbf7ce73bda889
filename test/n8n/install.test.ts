import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { node24 } from '../../scripts/lib/n8nHost.mjs';
import { postgresSettings } from '../../scripts/lib/n8nServer.mjs';
import { packageName, packedTarball } from '../../scripts/lib/pack.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';
import { ensurePostgres, startPostgres } from '../../scripts/lib/postgres.mjs';
import { eventually, executionsOf } from './executions';
import { triggerNode, type Credential } from './run';
import { openStage, consent, createCredential, type Stage } from './stage';

/**
 * The packed package installed as a user of n8n does it, under 'Community nodes', with PostgreSQL below: only then n8n
 * stores the nodes and their last versions in its database.
 */

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const VERSIONS = [1, 1.1, 2];

let postgres: { stop(): Promise<void> };
let stage: Stage;
let credential: Credential;

beforeAll(async () => {
	await ensurePostgres();
	const port = await freePort();
	postgres = await startPostgres(port);
	const settings = {
		...postgresSettings(port),
		PATH: [join(__dirname, 'install'), dirname(node24), process.env.PATH].join(delimiter),
		PACKED_FILE: String(packedTarball()?.file),
		PACKED_VERSION: version,
		// The registry is not asked: nothing listens there.
		HTTPS_PROXY: 'http://127.0.0.1:9',
		NO_PROXY: 'localhost,127.0.0.1',
	};
	stage = await openStage('install', { seed: 'empty' }, { settings, withoutPackage: true });
});
afterAll(async () => {
	await stage?.close();
	await postgres?.stop();
});

const client = () => stage.n8n.client;

interface Installed {
	packageName: string;
	installedVersion: string;
	installedNodes: Array<{ type: string; latestVersion: number }>;
}

test('n8n installs the package, and stores its nodes with whole versions', async () => {
	const expected = {
		packageName,
		installedVersion: version,
		installedNodes: expect.arrayContaining([
			expect.objectContaining({ type: `${packageName}.amoCrm`, latestVersion: 2 }),
			expect.objectContaining({ type: `${packageName}.amoCrmTrigger`, latestVersion: VERSIONS.at(-1) }),
		]),
	};
	const installed = (await client().request('POST', '/rest/community-packages', { name: packageName, version })) as Installed;
	expect(installed).toMatchObject(expected);
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
			const executions = await executionsOf(client(), id, names.length);
			expect(executions.map(({ status, rows }) => [status, rows.map((row) => row.name)])).toEqual(names.map((each) => ['success', [each]]));
		}
	};
	await arrives('before');
	await n8n.stop();
	await n8n.start();
	await arrives('after');
});
