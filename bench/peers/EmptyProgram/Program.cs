namespace EmptyProgram;

internal static class Program
{
    private static void Main()
    {
    }
}
