import { describe, expect, it } from 'vitest';
import { groupFamilies, type FamilyHints } from './group-families';

const groups = (names: readonly string[], hints?: FamilyHints) =>
  Object.fromEntries(groupFamilies(names, hints).map(({ name, features }) => [name, features.map((f) => names[f])]));

describe('groupFamilies', () => {
  it.each([
    [['age', 'sex=Female', 'sex=Male'], { sex: ['sex=Female', 'sex=Male'] }],
    [['age', 'sex_Female', 'sex_Male'], { sex: ['sex_Female', 'sex_Male'] }],
    [['num__age', 'cat__sex_female', 'cat__sex_male'], { sex: ['cat__sex_female', 'cat__sex_male'] }],
    [['onehot__sex_f', 'onehot__sex_m', 'rest__x'], { sex: ['onehot__sex_f', 'onehot__sex_m'] }],
    [['sex__x0_Male', 'sex__x0_Female', 'age'], { sex: ['sex__x0_Male', 'sex__x0_Female'] }],
    [['cat__x0_a', 'cat__x0_b', 'cat__x1_a', 'cat__x1_c'], { cat__x0: ['cat__x0_a', 'cat__x0_b'], cat__x1: ['cat__x1_a', 'cat__x1_c'] }],
    [['x0_a', 'x0_b', 'x1_a'], { x0: ['x0_a', 'x0_b'] }],
    [
      ['marital_status_Married', 'marital_status_Never_married', 'marital_status_Divorced'],
      { marital_status: ['marital_status_Married', 'marital_status_Never_married', 'marital_status_Divorced'] },
    ],
    [
      ['native_country_United_States', 'native_country_United_Kingdom', 'native_country_Peru'],
      { native_country: ['native_country_United_States', 'native_country_United_Kingdom', 'native_country_Peru'] },
    ],
  ])('%j', (names, expected) => {
    expect(groups(names)).toEqual(expected);
  });

  it.each([
    [['mean_radius', 'mean_texture', 'worst_radius', 'worst_texture']],
    [['capital_gain', 'capital_loss', 'hours_per_week']],
    [['num__mean_radius', 'num__mean_texture']],
    [['sex_Male', 'age']],
    // type and size of a home, or a home of four kinds: names alone do not say
    [['home_Type_Abc', 'home_Type_Bcd', 'home_Size_Small', 'home_Size_Large']],
    [['lag_1', 'lag_2', 'acc_X', 'acc_Y']],
    [['Mean_Radius', 'Mean_Texture']],
    [['age', 'fare']],
  ])('leaves %j alone', (names) => {
    expect(groupFamilies(names)).toEqual([]);
  });

  it('trusts what is known of columns', () => {
    const names = ['mean_radius', 'mean_texture', 'sex_male', 'sex_female'];
    expect(groups(names, { indicators: [false, false, true, true] })).toEqual({ sex: ['sex_male', 'sex_female'] });
    expect(groups(['Embarked_S', 'Embarked_C'], { indicators: [true, true] })).toEqual({ Embarked: ['Embarked_S', 'Embarked_C'] });
    const homes = ['home_Type_Abc', 'home_Type_Bcd', 'home_Size_Small', 'home_Size_Large'];
    expect(groups(homes, { rawNames: ['home_Type', 'home_Size'] })).toEqual({
      home_Type: ['home_Type_Abc', 'home_Type_Bcd'],
      home_Size: ['home_Size_Small', 'home_Size_Large'],
    });
  });

  it('puts no feature into two groups, in the order of the first feature', () => {
    const names = ['b=1', 'a_Xx', 'b=2', 'a_Yy', 'a_Yy_Z', 'a_Yy_W'];
    const found = groupFamilies(names);
    expect(found.length).toBeGreaterThan(1);
    const members = found.flatMap(({ features }) => features);
    expect(new Set(members).size).toBe(members.length);
    expect(found.map(({ features }) => features[0])).toEqual([...found.map(({ features }) => features[0]!)].sort((x, y) => x - y));
  });
});
