import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties } from 'n8n-workflow';

import { AmoCrmAuthorizationCodeApi } from '../../../credentials/AmoCrmAuthorizationCodeApi.credentials';
import { AmoCrmLongLivedTokenApi } from '../../../credentials/AmoCrmLongLivedTokenApi.credentials';
import { AmoCrmOAuth2Api } from '../../../credentials/AmoCrmOAuth2Api.credentials';
import { AmoCrmPollTrigger } from '../../../nodes/AmoCrm/AmoCrmPollTrigger.node';
import { AmoCrmTrigger } from '../../../nodes/AmoCrm/AmoCrmTrigger.node';
import { unfolded } from '../shown';
import { changesOf, frozen } from './names';

/** Names, types, defaults and choices of parameters stand in people's saved workflows: none may change by accident. */

const NAMES = join(__dirname, 'names.txt');
/** As the first version had them. This file never changes. */
const FIRST_NAMES = join(__dirname, 'names-0.1.0.txt');

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

const now = frozen([
	unfolded(),
	new AmoCrmTrigger().description,
	new AmoCrmPollTrigger().description,
	new AmoCrmAuthorizationCodeApi(),
	new AmoCrmLongLivedTokenApi(),
	new AmoCrmOAuth2Api(),
]);

test('every name is as it is written down', () => {
	if (process.env.UPDATE_NAMES) writeFileSync(NAMES, `${now.join('\n')}\n`);
	const { lost, added } = changesOf(linesOf(NAMES), now);
	const said = [
		...(lost.length > 0 ? ['Gone or changed (saved workflows break: take it back, unless it was never released):', ...lost] : []),
		...(added.length > 0 ? ['New (it stays for good once it is released: is it what design and neighbours call it?):', ...added] : []),
	];
	if (said.length > 0) throw new Error([...said, "On purpose? 'UPDATE_NAMES=1 npx jest names' writes test/unit/names/names.txt anew; commit it."].join('\n'));
});

test('everything that the first version had is there', () => {
	expect(changesOf(linesOf(FIRST_NAMES), now).lost).toEqual([]);
});

/** Names of a collection that only some versions of the node show. */
function versionedIn(property: INodeProperties): Array<{ path: string; show?: unknown; hide?: unknown }> {
	const inner = (property.options ?? []).filter((option): option is INodeProperties => 'type' in option);
	return inner.flatMap(({ name, displayOptions: { show, hide } = {} }) =>
		show?.['@version'] || hide?.['@version'] ? [{ path: `${property.name}.${name}`, show: show?.['@version'], hide: hide?.['@version'] }] : [],
	);
}

test('n8n drops no name that another version of the node shows', () => {
	const { properties, version } = unfolded();
	expect(version).toEqual([1, 2]);
	const collections = properties.map(versionedIn).filter((names) => names.length > 0);
	expect(collections.length).toBeGreaterThan(5);
	for (const names of collections) {
		const paths = [...new Set(names.map(({ path }) => path))];
		expect(names.filter(({ show }) => show)).toEqual(paths.map((path) => ({ path, show: [1], hide: undefined })));
		expect(names.filter(({ hide }) => hide)).toEqual(paths.map((path) => ({ path, show: undefined, hide: [1] })));
	}
});

test('a change is told apart from an addition', () => {
	const before = ['a: string = ""', 'b: options = "x" of x|y'];
	expect(changesOf(before, ['a: string = ""', 'b: options = "x" of x|y|z', 'c: number = 0'])).toEqual({ lost: [], added: ['b: options = "x": with z', 'c: number = 0'] });
	expect(changesOf(before, ['a: string = "1"', 'b: options = "x" of x'])).toEqual({ lost: ['a: string = ""', 'b: options = "x": without y'], added: ['a: string = "1"'] });
});
