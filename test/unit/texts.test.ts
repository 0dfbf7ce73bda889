import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmTrigger } from '../../nodes/AmoCrm/AmoCrmTrigger.node';

/** What n8n's guidelines ask of every text, and what an AI model has to go by: nothing but these texts. */

type Entry = { where: string; property: INodeProperties };

function entriesOf(properties: INodeProperties[], where: string): Entry[] {
	return properties.flatMap((property) => {
		const { resource = [''], operation = [''] } = property.displayOptions?.show ?? {};
		const here = where === '' ? `${String(resource)} ${String(operation)}` : where;
		const path = `${here} > ${property.displayName}`;
		const inner = (property.options ?? []) as Array<INodeProperties | INodePropertyCollection | INodePropertyOptions>;
		const below = inner.flatMap((option) => {
			if ('values' in option) return entriesOf(option.values, path);
			return 'type' in option ? entriesOf([option], path) : [];
		});
		return [{ where: path, property }, ...below];
	});
}

const entries = [...entriesOf(new AmoCrm().description.properties, ''), ...entriesOf(new AmoCrmTrigger().description.properties, 'trigger')];
const pickers = entries.filter(({ property }) => property.name === 'operation');
const OF_THE_EDITOR = ['authentication', 'resource', 'operation'];
/** What n8n's guidelines show without a description. */
const CONTAINERS = ['collection', 'fixedCollection', 'notice'];

const faulty = (isFaulty: (property: INodeProperties) => boolean): string[] =>
	entries.filter(({ property }) => isFaulty(property)).map(({ where, property }) => `${where}: ${property.description ?? property.placeholder ?? ''}`);

test('every operation says in one sentence which record it works on', () => {
	for (const { property } of pickers) {
		const noun = new AmoCrm().description.properties
			.flatMap(({ name, options }) => (name === 'resource' ? (options as INodePropertyOptions[]) : []))
			.find(({ value }) => property.displayOptions?.show?.resource?.[0] === value)
			?.name.toLowerCase();
		for (const { name, action = '', description = '' } of property.options as INodePropertyOptions[]) {
			const nouns = noun?.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
			expect(`${name}: ${action}`).toMatch(new RegExp(`\\b(?:${noun}|${nouns})\\b`));
			expect(`${name}: ${action}`).toMatch(/: [A-Z][a-z ]+$/);
			expect(description.length).toBeGreaterThan(20);
			expect(description).not.toBe(action);
		}
	}
});

test('no action says the same as another', () => {
	const actions = pickers.flatMap(({ property }) => (property.options as INodePropertyOptions[]).map(({ action }) => action));
	expect(new Set(actions).size).toBe(actions.length);
});

test('every parameter is described', () => {
	expect(faulty(({ name, type, description }) => !description && !OF_THE_EDITOR.includes(name) && !CONTAINERS.includes(type))).toEqual([]);
});

test('what a person types has an example', () => {
	expect(faulty(({ type, placeholder }) => type === 'string' && !placeholder?.startsWith('e.g. '))).toEqual([]);
});

test('a moment says in which time zone it is', () => {
	expect(faulty(({ type, description }) => type === 'dateTime' && !/time zone/.test(description ?? ''))).toEqual([]);
});

test('a switch says what it switches', () => {
	expect(faulty(({ type, description }) => type === 'boolean' && !description?.startsWith('Whether '))).toEqual([]);
});

test('other parameters are named in single quotes, and no text is in the jargon of the API', () => {
	expect(faulty(({ description }) => /"[A-Z][a-z]+ [A-Z]?[a-z]+"/.test(description ?? ''))).toEqual([]);
	expect(faulty(({ name, displayName, description }) => name !== 'customFieldsJson' && /\b(?:enum|entity|unsorted|key)\b/i.test(`${displayName} ${description}`))).toEqual([]);
});

test('options of a list are in alphabetical order, or in the order that their text says', () => {
	const unordered = entries
		.filter(({ property }) => ['options', 'multiOptions'].includes(property.type) && (property.options ?? []).length > 4)
		.filter(({ property }) => {
			const names = (property.options as INodePropertyOptions[]).map(({ name }) => name);
			return names.some((name, index) => index > 0 && name.localeCompare(names[index - 1] ?? '') < 0);
		});
	expect(unordered.map(({ where }) => where)).toEqual([]);
});

test('sorting stands below the options, required parameters above the optional ones', () => {
	const late = entries.filter(({ where, property }) => property.required && / > .* > /.test(where));
	expect(late.map(({ where }) => where)).toEqual([]);
});
