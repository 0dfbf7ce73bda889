import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What GitHub reads from `.github` and says nothing about until it is too late. */

const ROOT = join(__dirname, '..', '..', '..');
const GITHUB = join(ROOT, '.github');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

interface Step {
	uses?: string;
	run?: string;
}
interface Job {
	permissions?: Record<string, string>;
	'timeout-minutes'?: number;
	strategy?: { matrix: { node: number[]; n8n: Array<{ line: string; command: string }> } };
	steps: Step[];
}
interface Workflow {
	on: Record<string, unknown>;
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}

const workflows = readdirSync(join(GITHUB, 'workflows')).map((name) => ({ name, workflow: parse(read('.github', 'workflows', name)) as Workflow }));
const jobs = workflows.flatMap(({ name, workflow }) => Object.entries(workflow.jobs).map(([id, job]) => ({ where: `${name} ${id}`, job })));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test('a workflow may read the repository; only publishing may also say who it is', () => {
	for (const { workflow } of workflows) expect(workflow.permissions).toEqual({ contents: 'read' });
	const raised = jobs.filter(({ job }) => job.permissions).map(({ where, job }) => [where, job.permissions]);
	expect(raised).toEqual([['publish.yml publish', { contents: 'read', 'id-token': 'write' }]]);
	expect(workflows.map(({ name }) => read('.github', 'workflows', name)).join('')).not.toContain('secrets.');
});

test('actions are pinned by commit with their version beside, and every job has an end', () => {
	for (const { name } of workflows) {
		for (const line of read('.github', 'workflows', name).split('\n').filter((text) => text.includes('uses:'))) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	}
	expect(jobs.filter(({ job }) => !job['timeout-minutes'])).toEqual([]);
});

test('what a workflow runs exists', () => {
	const matrix = jobs.flatMap(({ job }) => job.strategy?.matrix.n8n.map(({ command }) => command) ?? []);
	const commands = [...matrix, ...jobs.flatMap(({ job }) => job.steps.flatMap(({ run }) => run ?? []))];
	const named = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:]+)|(?<![\w-])(?:bash|node) ([\w./-]+)/g)]);
	expect(named.length).toBeGreaterThan(3);
	for (const [, script, file] of named) expect(script === undefined ? existsSync(join(ROOT, file ?? '')) : script in scripts).toBe(true);
});

test('both lines of n8n are tried with both versions of Node that it runs on', () => {
	const matrix = jobs.flatMap(({ job }) => job.strategy?.matrix ?? []);
	expect(matrix).toEqual([{ node: [22, 24], n8n: [expect.objectContaining({ line: '2.x', command: 'bash .ci/run' }), expect.objectContaining({ line: '1.123' })] }]);
});

test('publishing waits for the tests', () => {
	const publish = workflows.find(({ name }) => name === 'publish.yml')?.workflow;
	expect(publish?.jobs.publish).toMatchObject({ needs: 'test', environment: 'npm' });
	expect(Object.keys(publish?.on ?? {})).toEqual(['push']);
});

interface Form {
	name: string;
	description: string;
	body: Array<{ type: string; id?: string; attributes: { label?: string; value?: string; options?: unknown[] } }>;
}

const FORMS = readdirSync(join(GITHUB, 'ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');

test.each(FORMS)('%s is a form that GitHub can show', (name) => {
	const form = parse(read('.github', 'ISSUE_TEMPLATE', name)) as Form;
	expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
	const asked = form.body.filter(({ type }) => type !== 'markdown');
	expect(asked.length).toBeGreaterThan(0);
	for (const { type, id, attributes } of asked) {
		expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
		expect(id).toMatch(/^[a-z0-9]+$/);
		expect(attributes.label).toBeTruthy();
		if (type === 'dropdown' || type === 'checkboxes') expect(attributes.options?.length).toBeGreaterThan(0);
	}
	expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length);
});

test('Dependabot looks at every folder that has a lockfile but the one of the ended line', () => {
	const { updates } = parse(read('.github', 'dependabot.yml')) as { updates: Array<{ directory: string; 'package-ecosystem': string }> };
	const folders = updates.filter((update) => update['package-ecosystem'] === 'npm').map(({ directory }) => directory);
	expect(folders).toEqual(['/', '/scripts/n8n-host']);
	for (const folder of folders) expect(existsSync(join(ROOT, folder, 'package-lock.json'))).toBe(true);
});
