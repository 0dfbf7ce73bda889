import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';

/**
 * The form of the node as a tool of an AI agent: n8n's editor has a button there that lets the model fill a field, unless
 * it is a choice or takes no expressions (`canBeContentOverride`, n8n 2.41).
 */

/** What the model has no say in, and why. */
const EXCEPTIONS: Record<string, string> = {
	authentication: 'the credential is of the one who builds the agent',
	resource: 'it is what the tool is for',
	operation: 'it is what the tool does',
	output: 'what comes back decides what the model costs',
};

interface Place {
	path: string[];
	property: INodeProperties;
	siblings: INodeProperties[];
}

const placesIn = (properties: INodeProperties[], path: string[] = []): Place[] =>
	properties.flatMap((property) => {
		const own = { path: [...path, property.name], property, siblings: properties };
		if (property.type === 'collection') return [own, ...placesIn(property.options as INodeProperties[], own.path)];
		if (property.type === 'fixedCollection') return [own, ...(property.options as INodePropertyCollection[]).flatMap(({ name, values }) => placesIn(values, [...own.path, name]))];
		return [own];
	});

const { description, methods } = new AmoCrm();
const places = placesIn(description.properties);
const ruleOf = ({ property }: Place, name: string): unknown => (property.displayOptions?.show?.[name] as unknown[] | undefined)?.[0];
const inTool = places.filter((place) => ruleOf(place, '@tool') !== false && !place.property.displayOptions?.hide?.['@tool']);

/** Blocks and mappers hold what is filled; what only version 1 shows stays as it was; a notice says something. */
const holdsNoValue = (place: Place): boolean => ['collection', 'fixedCollection', 'resourceMapper', 'notice', 'hidden'].includes(place.property.type) || ruleOf(place, '@version') === 1;

test('a model can fill every parameter', () => {
	const closed = inTool.filter((place) => !holdsNoValue(place) && (['options', 'credentialsSelect'].includes(place.property.type) || place.property.noDataExpression === true));
	const hasJson = ({ path }: Place) => path.some((_step, index) => places.some((other) => other.path.join('.') === `${path.slice(0, index + 1).join('.')}Json`));
	expect(closed.filter((place) => EXCEPTIONS[place.path.join('.')] === undefined && !hasJson(place)).map(({ path }) => path.join('.'))).toEqual([]);
	expect(inTool.length).toBeGreaterThan(800);
});

const replaced = places.filter((place) => ruleOf(place, '@tool') === false);

test('what a workflow has saved for a choice holds for its picker', () => {
	expect(replaced.length).toBeGreaterThan(90);
	for (const { property, siblings } of replaced) {
		const rules = { ...property.displayOptions, show: { ...property.displayOptions?.show, '@tool': [true] } };
		const twins = siblings.filter(({ name, displayOptions }) => name === property.name && JSON.stringify(displayOptions) === JSON.stringify(rules));
		expect(twins).toHaveLength(1);
		const [twin] = twins as [INodeProperties];
		if (property.type === 'options') expect(twin.default).toMatchObject({ __rl: true, mode: 'list', value: property.default });
		else expect(twin).toMatchObject({ type: property.type, default: property.default, required: false });
	}
});

test('its list has the same choices', async () => {
	const search = methods.listSearch as Record<string, (filter?: string) => Promise<{ results: unknown[] }>>;
	for (const { property, siblings } of replaced.filter(({ property: { options } }) => options)) {
		const [twin] = siblings.filter(({ name, modes, displayOptions }) => modes && name === property.name && JSON.stringify(displayOptions?.show) === JSON.stringify({ ...property.displayOptions?.show, '@tool': [true] }));
		const method = search[twin?.modes?.[0]?.typeOptions?.searchListMethod ?? ''];
		expect((await method?.())?.results).toEqual(property.options);
		const [first] = property.options as Array<{ name: string }>;
		expect((await method?.(first?.name.toUpperCase()))?.results).toContainEqual(first);
	}
});

test('a rule about the tool stands before those about parameters, which may be expressions', () => {
	for (const { property } of places) {
		const names = Object.keys(property.displayOptions?.show ?? {}).filter((name) => !['resource', 'operation', '/resource', '/operation', '@version'].includes(name));
		expect(names.indexOf('@tool')).toBeLessThanOrEqual(0);
	}
});
