import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { INode, INodeParameters, INodeType } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmPollTrigger } from '../../nodes/AmoCrm/AmoCrmPollTrigger.node';
import { AmoCrmTrigger } from '../../nodes/AmoCrm/AmoCrmTrigger.node';
import { HISTORY_EVENTS, HOOK_EVENTS } from '../../nodes/AmoCrm/fields/hookEvents';
import { resources } from '../../nodes/AmoCrm/menu';
import { propertiesOf } from './shown';

/** The description goes to every editor that is opened: parameters alike stand in it once, and nothing gets lost by that. */

const { properties } = new AmoCrm().description;

test('it stays below 450 kB, and 52 kB as n8n compresses it', () => {
	const text = JSON.stringify(new AmoCrm().description);
	expect(text.length).toBeLessThan(450_000);
	expect(gzipSync(text).length).toBeLessThan(52_000);
});

test.each(resources.flatMap(({ entity, operations }) => operations.map((operation) => [entity.value, operation.value, operation] as const)))(
	'%s %s shows its own parameters in its own order',
	(resource, value, operation) => {
		expect(propertiesOf(resource, value)).toEqual(operation.properties);
	},
);

test('the node says in words all that it works with', () => {
	const { description } = new AmoCrm().description;
	expect(description).toMatch(/^Work with leads, .* in amoCRM or Kommo$/);
	for (const { entity } of resources) expect(description.toLowerCase()).toContain(entity.displayNamePlural.toLowerCase());
});

test('no parameter stands there twice', () => {
	const texts = properties.map(({ displayOptions, ...property }) => JSON.stringify([property, displayOptions?.hide, { ...displayOptions?.show, resource: [], operation: displayOptions?.show?.operation }]));
	expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
});

/** What n8n's editor computes for the line below a node's name. */
function subtitleOf({ description }: INodeType, parameters: INodeParameters): unknown {
	const node: INode = { id: '1', name: 'Test', type: 'test', typeVersion: 1, position: [0, 0], parameters };
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes: { getByNameAndVersion: () => undefined } as never });
	return workflow.expression.getSimpleParameterValue(node, description.subtitle, 'internal', {});
}

test('the canvas says in words what a node does', () => {
	const said = resources.flatMap(({ entity, operations }) => operations.map(({ value }) => subtitleOf(new AmoCrm(), { resource: entity.value, operation: value })));
	expect(said).toEqual(resources.flatMap(({ operations }) => operations.map(({ action }) => action)));
	for (const { code, name } of HOOK_EVENTS) expect(subtitleOf(new AmoCrmTrigger(), { mode: 'account', events: [code] })).toBe(name);
	for (const { code, name } of HISTORY_EVENTS) expect(subtitleOf(new AmoCrmPollTrigger(), { events: [code] })).toBe(name);
	expect(subtitleOf(new AmoCrmTrigger(), { mode: 'account', events: ['add_lead', 'add_task'] })).toBe('2 events');
	expect(subtitleOf(new AmoCrmTrigger(), { mode: 'account' })).toBe('0 events');
	expect(subtitleOf(new AmoCrmTrigger(), { mode: 'account', events: ['unheard_of'] })).toBe('unheard_of');
	expect(subtitleOf(new AmoCrmTrigger(), { mode: 'digitalPipeline' })).toBe('Digital Pipeline');
});

test.each(['AmoCrm', 'AmoCrmTrigger', 'AmoCrmPollTrigger'])('%s is found by the words of both languages', (name) => {
	const { alias } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'nodes', 'AmoCrm', `${name}.node.json`), 'utf8')) as { alias: string[] };
	expect(alias).toEqual(expect.arrayContaining(['амо', 'амосрм', 'амо срм', 'коммо', 'сделка', 'контакт', 'компания', 'задача', 'Kommo', 'deal', 'lead']));
	expect(new Set(alias).size).toBe(alias.length);
});
