import { readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { node24 } from '../../scripts/lib/n8nHost.mjs';
import { packageName } from '../../scripts/lib/pack.mjs';
import { root } from '../../scripts/lib/paths.mjs';

/** What n8n needs to install the packed package as if it were published, and what it then has. */

interface Package {
	version: string;
	n8n: { nodes: string[] };
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package;
export const { version } = manifest;

/** Environment of an n8n whose npm knows these files, by version, and no registry. */
export const shopSettings = (files: Record<string, string>) => ({
	PATH: [join(__dirname, 'install'), dirname(node24), process.env.PATH].join(delimiter),
	PACKED_FILES: JSON.stringify(files),
	// The registry is not asked: nothing listens there.
	HTTPS_PROXY: 'http://127.0.0.1:9',
	NO_PROXY: 'localhost,127.0.0.1',
});

/** The descriptions of all nodes that `package.json` names. */
export async function describedNodes(): Promise<INodeTypeDescription[]> {
	return await Promise.all(
		manifest.n8n.nodes.map(async (file) => {
			const source = join(root, file.replace(/^dist\//, '').replace(/\.js$/, ''));
			const classes = (await import(source)) as Record<string, new () => INodeType>;
			const Node = classes[basename(source, '.node')];
			if (!Node) throw new Error(`${file} has no class of its name`);
			return new Node().description;
		}),
	);
}

const versionsOf = ({ version: versions }: INodeTypeDescription) => [versions].flat();

/** The package as n8n tells of it: with every node, and the last version of each. */
export async function installedAs(installedVersion: string) {
	const nodes = await describedNodes();
	const installedNodes = nodes.map((node) => expect.objectContaining({ type: `${packageName}.${node.name}`, latestVersion: versionsOf(node).at(-1) }));
	return { packageName, installedVersion, installedNodes: expect.arrayContaining(installedNodes) };
}

/** Every version of every node, as n8n's editor asks for them. */
export async function nodeVersions(): Promise<Array<{ name: string; version: number }>> {
	return (await describedNodes()).flatMap((node) => versionsOf(node).map((each) => ({ name: `${packageName}.${node.name}`, version: each })));
}
