import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { AmoCrmAuthorizationCodeApi } from '../../../credentials/AmoCrmAuthorizationCodeApi.credentials';
import { AmoCrmLongLivedTokenApi } from '../../../credentials/AmoCrmLongLivedTokenApi.credentials';
import { AmoCrmOAuth2Api } from '../../../credentials/AmoCrmOAuth2Api.credentials';
import { AmoCrm } from '../../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmTrigger } from '../../../nodes/AmoCrm/AmoCrmTrigger.node';
import { changesOf, frozen } from './names';

/** Names, types, defaults and choices of parameters stand in people's saved workflows: none may change by accident. */

const NAMES = join(__dirname, 'names.txt');
/** As the first version had them. This file never changes. */
const FIRST_NAMES = join(__dirname, 'names-0.1.0.txt');

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

const now = frozen([
	new AmoCrm().description,
	new AmoCrmTrigger().description,
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

test('a change is told apart from an addition', () => {
	const before = ['a: string = ""', 'b: options = "x" of x|y'];
	expect(changesOf(before, ['a: string = ""', 'b: options = "x" of x|y|z', 'c: number = 0'])).toEqual({ lost: [], added: ['b: options = "x": with z', 'c: number = 0'] });
	expect(changesOf(before, ['a: string = "1"', 'b: options = "x" of x'])).toEqual({ lost: ['a: string = ""', 'b: options = "x": without y'], added: ['a: string = "1"'] });
});
