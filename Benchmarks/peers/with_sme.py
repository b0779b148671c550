"""spatial-model-editor (sme): its pixel simulator, second-order finite differences, no-flux, explicit Runge-Kutta pairs with
adaptive steps, rates compiled by LLVM. The model is written as SBML with a square of pixels as its geometry.

METHOD RK212, RK323 or RK435, CONTROL the relative error of a step. P3 cannot be stated: its Python interface knows diffusion
of a species by itself, no flux of one along the gradient of another.
"""

import ast
import tempfile

from case import Case
from problems import initial_values

case = Case()

import sme  # noqa: E402

OPERATORS = {ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "divide"}
# Species, what it is of the reaction, rate.
REACTIONS = [
    ("u", "Product", "0.3*v + 0.692*u*w/(1 + w)"), ("u", "Reactant", "0.167*u"),
    ("v", "Product", "v*(1 - v)"), ("v", "Reactant", "u*v/(0.1 + v)"),
    ("w", "Product", "27.778*u*v/(0.001 + v)"), ("w", "Reactant", "55.556*w"),
]  # fmt: skip


def mathml(node):
    if isinstance(node, ast.BinOp):
        return f"<apply><{OPERATORS[type(node.op)]}/>{mathml(node.left)}{mathml(node.right)}</apply>"
    return f"<ci> {node.id} </ci>" if isinstance(node, ast.Name) else f"<cn> {node.value} </cn>"


def reaction(number, species, role, rate):
    tree = ast.parse(rate, mode="eval").body
    others = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {species}
    modifiers = "".join(f'<modifierSpeciesReference species="{name}"/>' for name in sorted(others))
    return f"""
      <reaction id="r{number}" reversible="false" compartment="tissue" spatial:isLocal="true">
        <listOf{role}s><speciesReference species="{species}" stoichiometry="1" constant="true"/></listOf{role}s>
        {f"<listOfModifiers>{modifiers}</listOfModifiers>" if modifiers else ""}
        <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{mathml(tree)}</math></kineticLaw>
      </reaction>"""


def coordinate(name, end):
    return f"""
        <spatial:coordinateComponent spatial:id="{name}" spatial:type="cartesian{name.upper()}">
          <spatial:boundaryMin spatial:id="{name}Minimum" spatial:value="0"/>
          <spatial:boundaryMax spatial:id="{name}Maximum" spatial:value="{end}"/>
        </spatial:coordinateComponent>"""


def sbml(length, points):
    species = "".join(
        f'<species id="{name}" compartment="tissue" initialConcentration="1" hasOnlySubstanceUnits="false" '
        'boundaryCondition="false" constant="false" spatial:isSpatial="true"/>'
        for name in "uvw"
    )
    diffusivities = "".join(
        f'<parameter id="D{name}" value="1" constant="true">'
        f'<spatial:diffusionCoefficient spatial:variable="{name}" spatial:type="isotropic"/></parameter>'
        for name in "uvw"
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2" spatial:required="true"
      xmlns:spatial="http://www.sbml.org/sbml/level3/version1/spatial/version1">
  <model id="immunotherapy">
    <listOfCompartments>
      <compartment id="tissue" spatialDimensions="3" constant="true">
        <spatial:compartmentMapping spatial:id="mapping" spatial:domainType="square" spatial:unitSize="1"/>
      </compartment>
    </listOfCompartments>
    <listOfSpecies>{species}</listOfSpecies>
    <listOfParameters>{diffusivities}</listOfParameters>
    <listOfReactions>{"".join(reaction(number, *parts) for number, parts in enumerate(REACTIONS))}
    </listOfReactions>
    <spatial:geometry spatial:coordinateSystem="cartesian">
      <spatial:listOfCoordinateComponents>
        {coordinate("x", length)}{coordinate("y", length)}{coordinate("z", 1)}
      </spatial:listOfCoordinateComponents>
      <spatial:listOfDomainTypes>
        <spatial:domainType spatial:id="square" spatial:spatialDimensions="3"/>
      </spatial:listOfDomainTypes>
      <spatial:listOfDomains>
        <spatial:domain spatial:id="domain" spatial:domainType="square">
          <spatial:listOfInteriorPoints>
            <spatial:interiorPoint spatial:coord1="{length / 2}" spatial:coord2="{length / 2}" spatial:coord3="0.5"/>
          </spatial:listOfInteriorPoints>
        </spatial:domain>
      </spatial:listOfDomains>
      <spatial:listOfGeometryDefinitions>
        <spatial:sampledFieldGeometry spatial:id="geometry" spatial:isActive="true" spatial:sampledField="image">
          <spatial:listOfSampledVolumes>
            <spatial:sampledVolume spatial:id="volume" spatial:domainType="square" spatial:sampledValue="1"/>
          </spatial:listOfSampledVolumes>
        </spatial:sampledFieldGeometry>
      </spatial:listOfGeometryDefinitions>
      <spatial:listOfSampledFields>
        <spatial:sampledField spatial:id="image" spatial:dataType="uint32" spatial:numSamples1="{points}"
            spatial:numSamples2="{points}" spatial:numSamples3="1" spatial:interpolationType="nearestNeighbor"
            spatial:compression="uncompressed" spatial:samplesLength="{points**2}">{"1 " * points**2}</spatial:sampledField>
      </spatial:listOfSampledFields>
    </spatial:geometry>
  </model>
</sbml>"""


with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
    file.write(sbml(case.problem.length, case.points))
    file.flush()
    model = sme.open_sbml_file(file.name)
tissue = model.compartments[0]
for species, diffusivity, values in zip(tissue.species, case.problem.diffusivities, initial_values(2, case.points)):
    species.uniform_diffusion = diffusivity
    species.concentration_image = values[None]
settings = model.simulation_settings
options = settings.options.pixel
options.integrator = getattr(sme.PixelIntegratorType, case.method)
error = options.max_err
error.rel = case.control
options.max_err = error
options.enable_multithreading = False
settings.simulator_type = sme.SimulatorType.Pixel


def run(end):
    return model.simulate(end, end, simulator_type=sme.SimulatorType.Pixel, settings=settings)


run(1e-6)
case.start_stepping()
concentrations = run(case.problem.end)[-1].species_concentration
fields = [concentrations[name].reshape(case.points, case.points) for name in "uvw"]
case.finish(fields, None)
