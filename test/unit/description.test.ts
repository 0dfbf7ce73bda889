import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { resources } from '../../nodes/AmoCrm/menu';

/** The description goes to every editor that is opened: parameters alike stand in it once, and nothing gets lost by that. */

const { properties } = new AmoCrm().description;

test('it stays below 450 kB', () => {
	expect(JSON.stringify(new AmoCrm().description).length).toBeLessThan(450_000);
});

test.each(resources.flatMap(({ entity, operations }) => operations.map((operation) => [entity.value, operation.value, operation] as const)))(
	'%s %s shows its own parameters in its own order',
	(resource, value, operation) => {
		const shown = properties.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource) && displayOptions.show.operation?.includes(value));
		const plain = shown.map((property) => {
			const { show = {}, ...hide } = property.displayOptions ?? {};
			return { ...property, displayOptions: { ...hide, show: Object.fromEntries(Object.entries(show).filter(([name]) => !['resource', 'operation'].includes(name))) } };
		});
		expect(plain).toEqual(operation.properties.map((property) => ({ ...property, displayOptions: { ...property.displayOptions, show: { ...property.displayOptions?.show } } })));
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
