import type { INodeParameters, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { plainName } from '../../nodes/AmoCrm/fields/fields';
import { resources } from '../../nodes/AmoCrm/menu';
import type { World } from '../integration/world';
import { FAST, openWorld } from '../integration/world';

/** Whatever a parameter cannot take is told with the parameter's name and the item. */

let world: World;

beforeAll(async () => {
	world = await openWorld({ language: 'en' });
});
afterAll(async () => await world.close());

const SENTINEL = 'нет!';

interface Place {
	parameters: INodeParameters;
	/** What the value's place is called in the form: itself, and what it stands in. */
	names: string[];
}

/** Every place of the form that takes a value of one's own, with the value in it; choices come as expressions can give them. */
function places(properties: INodeProperties[]): Place[] {
	return properties.flatMap((property): Place[] => {
		const { name, type, options = [] } = property;
		const named = (inner: Place): string[] => [...inner.names, plainName(property)];
		if (type === 'collection') return places(options as INodeProperties[]).map((inner) => ({ names: named(inner), parameters: { [name]: inner.parameters } }));
		if (type === 'fixedCollection') {
			const [block] = options as INodePropertyCollection[];
			return block ? places(block.values).map((inner) => ({ names: named(inner), parameters: { [name]: { [block.name]: [inner.parameters] } } })) : [];
		}
		if (type === 'notice' || type === 'resourceMapper' || type === 'hidden') return [];
		const given = `={{ "${SENTINEL}" }}`;
		const value = type === 'resourceLocator' ? { __rl: true, mode: 'id', value: given } : given;
		return [{ parameters: { [name]: value }, names: [plainName(property)] }];
	});
}

const operations = resources.flatMap(({ entity, operations: own }) => own.map((operation) => [entity.value, operation.value, operation] as const));

test.each(operations)('%s %s', async (resource, value, { properties }) => {
	const required = Object.fromEntries(
		properties.filter(({ required: isRequired }) => isRequired).map(({ name, type }) => [name, type === 'resourceLocator' ? { __rl: true, mode: 'id', value: '1' } : type === 'dateTime' ? '2030-01-01' : '1']),
	);
	const unnamed: string[] = [];
	for (const { parameters, names } of places(properties)) {
		const options = { ...FAST, ...(parameters.options as object | undefined) };
		const { error } = await world.run({ resource, operation: value, ...required, ...parameters, options } as INodeParameters);
		// What amoCRM refuses says more.
		if (!error?.message.includes(SENTINEL) || /^[\w ]+ was refused: '/.test(error.message)) continue;
		if (!names.some((name) => error.message.includes(`'${name}`)) || !error.message.startsWith("'") || !error.message.endsWith('[item 0]')) unnamed.push(`${names.join(' < ')}: ${error.message}`);
	}
	expect(unnamed).toEqual([]);
}, 60_000);
