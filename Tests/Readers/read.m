% octave-cli read.m RUN_DIRECTORY …: what ncread sees, for compare.py.
pkg load netcdf
function show(word, numbers)
  printf("%s", word);
  printf(" %.17g", numbers);
  printf("\n");
end
printf("version Octave %s, netcdf %s\n", version(), pkg("list", "netcdf"){1}.version);
for argument = argv()'
  run = argument{1};
  if !isfolder(run) continue; end
  path = [run "/fields.h5"];
  printf("run %s\n", run);
  show("times", ncread(path, "time"));
  information = ncinfo(path, "u");
  axes = {information.Dimensions.Name};
  printf("order");
  printf(" %s", axes{:});
  printf("\n");
  for axis = axes
    if !strcmp(axis{1}, "time") show(["axis " axis{1}], ncread(path, axis{1})); end
  end
  for field = {"u", "v"}
    show(["values " field{1}], ncread(path, field{1})(:));
  end
  u = ncread(path, "u");
  show("mean", mean(u(!isnan(u))));
end
