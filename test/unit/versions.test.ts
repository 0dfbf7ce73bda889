import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeType } from 'n8n-workflow';

import { n8n } from '../../package.json';

/** Every node of the package, as n8n loads it. */
const nodes = n8n.nodes.map((file): INodeType => {
	const [, path = '', name = ''] = /^dist\/(.*\/(\w+)\.node)\.js$/.exec(file) ?? [];
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const module = require(`../../${path}.ts`) as Record<string, new () => INodeType>;
	return new (module[name] as new () => INodeType)();
});

/** n8n 1 stores the last one in an integer column, and PostgreSQL refuses the whole package for `1.1`. */
it.each(nodes.map(({ description }) => description))('the last version of $name is whole, and the one of new nodes', ({ version, defaultVersion }) => {
	const versions = [version].flat();
	expect(versions).toEqual([...versions].sort((a, b) => a - b));
	expect(Number.isInteger(versions.at(-1))).toBe(true);
	expect(defaultVersion ?? versions.at(-1)).toBe(versions.at(-1));
});

it('saved triggers of every version that was published are known', () => {
	const trigger = nodes.find(({ description }) => description.name === 'amoCrmTrigger');
	expect(trigger?.description.version).toEqual([1, 1.1, 2]);
});

it.each(nodes.map(({ description }) => description))('docs/upgrading.md tells what the versions of $name differ in', ({ displayName, version }) => {
	const document = readFileSync(join(__dirname, '..', '..', 'docs', 'upgrading.md'), 'utf8');
	expect(document).toContain(`| ${displayName} | ${[version].flat().reverse().join(', ')} |`);
});
